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

output "managed_policy_arns" {
  description = "ARNs of the AWS managed policies that the role has."
  value       = [for name in sort(var.managed_policies) : "arn:${data.aws_partition.this.partition}:iam::aws:policy/${name}"]
}

output "subject" {
  description = "Whose tokens are taken: system:serviceaccount:NAMESPACE:NAME."
  value       = "system:serviceaccount:${var.namespace}:${var.service_account}"
}
