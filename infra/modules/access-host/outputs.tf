output "instance_id" {
  description = "Target of `aws ssm start-session`; null while it is off."
  value       = one(aws_instance.this[*].id)
}
