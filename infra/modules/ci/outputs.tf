output "role_arns" {
  description = "ARNs by role, for role-to-assume of the workflows."
  value       = { for name in var.roles : name => "arn:${var.partition}:iam::${var.account_id}:role/${aws_iam_role.this[name].name}" }
}

output "oidc_provider_arn" {
  description = "GitHub's provider in this account."
  value       = local.provider_arn
}

output "boundary_arn" {
  description = "Policy beyond which roles that have it as their permissions boundary cannot go; null without apply. Its name is known, so that roles can name it before it is there."
  value       = contains(var.roles, "apply") ? local.boundary_arn : null
}

output "policies" {
  description = "Inline documents by role (plan, apply, push), and `boundary` (JSON)."
  value       = merge(local.policies, { boundary = local.boundary })
}
