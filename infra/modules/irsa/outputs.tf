output "role_arn" {
  description = "ARN of the role, as the service account's annotation names it."
  value       = aws_iam_role.this.arn
}

output "role_name" {
  description = "Name of the role."
  value       = local.role_name
}

output "trust" {
  description = "Who may assume the role (JSON)."
  value       = local.trust
}
