output "zone_id" {
  description = "Id of the zone."
  value       = aws_route53_zone.this.zone_id
}

output "name_servers" {
  description = "Name servers of the zone, for `delegations` of the account that holds the zone above."
  value       = aws_route53_zone.this.name_servers
}
