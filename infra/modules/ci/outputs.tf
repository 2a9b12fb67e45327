output "role_arns" {
  description = "ARNs by role, for role-to-assume of the workflows."
  value       = { for name in var.roles : name => "arn:${var.partition}:iam::${var.account_id}:role/${aws_iam_role.this[name].name}" }
}

output "oidc_provider_arn" {
  description = "GitHub's provider in this account."
  value       = local.provider_arn
}
