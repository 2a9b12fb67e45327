output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Addresses of the VPC."
  value       = var.cidr
}

output "zones" {
  description = "The availability zones in use."
  value       = local.zones
}

output "public_subnet_ids" {
  description = "Subnets of load balancers."
  value       = [for zone in local.zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Subnets of nodes and pods."
  value       = [for zone in local.zones : aws_subnet.private[zone].id]
}

output "intra_subnet_ids" {
  description = "Subnets of the control plane's network interfaces."
  value       = [for zone in local.zones : aws_subnet.intra[zone].id]
}

output "public_subnet_cidrs" {
  description = "The three public blocks, in use or kept free: PUBLIC_SUBNET_CIDR_1 to _3 of cluster-config.env."
  value       = local.public_blocks
}

output "private_subnet_cidrs" {
  description = "Addresses of the private subnets in use."
  value       = [for zone in local.zones : local.private[zone]]
}

output "private_route_table_ids" {
  description = "Route tables of the private subnets."
  value       = [for zone in local.zones : aws_route_table.private[zone].id]
}

output "s3_endpoint_id" {
  description = "Id of the S3 gateway endpoint."
  value       = aws_vpc_endpoint.s3.id
}

output "nat_public_ips" {
  description = "Addresses from which the weather provider sees us."
  value       = [for zone in local.nat_zones : aws_eip.nat[zone].public_ip]
}
