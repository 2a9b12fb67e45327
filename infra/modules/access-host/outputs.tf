output "instance_id" {
  description = "Target of `aws ssm start-session`; null while it is off."
  value       = one(aws_instance.this[*].id)
}

output "session_policy" {
  description = "What a person needs to reach the API through the host, or a recorded shell on it (JSON); null while it is off."
  value       = one(module.policies[*].session)
}

output "shell_document" {
  description = "Document of a recorded shell; null while it is off."
  value       = one(aws_ssm_document.shell[*].name)
}

output "log_group_name" {
  description = "Log of shells; null while it is off."
  value       = one(aws_cloudwatch_log_group.sessions[*].name)
}

output "security_group_id" {
  description = "The host's security group; null while it is off."
  value       = one(aws_security_group.this[*].id)
}
