output "role_arn" {
  description = "ARN of the role by which S3 copies."
  value       = aws_iam_role.this.arn
}

output "policy" {
  description = "What that role may do (JSON)."
  value       = local.policy
}
