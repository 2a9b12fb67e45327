output "state_bucket" {
  description = "Name of the bucket of states, for -backend-config=bucket=… of every root."
  value       = module.state.id
}

output "state_bucket_arn" {
  description = "ARN of that bucket."
  value       = local.bucket_arn
}

output "state_key_arn" {
  description = "ARN of the key of states."
  value       = aws_kms_key.state.arn
}

output "ci_role_arn" {
  description = "ARN of CI's role, for role-to-assume of the workflows."
  value       = aws_iam_role.ci.arn
}

output "github_provider_arn" {
  description = "GitHub's provider in this account: the module ci makes no second one."
  value       = aws_iam_openid_connect_provider.github.arn
}

output "ci_trust_condition" {
  description = "Whose tokens CI's role takes."
  value       = local.trust_condition
}
