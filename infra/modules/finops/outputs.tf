output "topic_arn" {
  description = "Topic of cost."
  value       = aws_sns_topic.this.arn
}

output "kms_key_arn" {
  description = "Key of what the topic carries."
  value       = aws_kms_key.this.arn
}

output "schedule_policy" {
  description = "What the schedule of off-hours may do (JSON); null without it."
  value       = var.off_hours == null ? null : local.schedule_policy
}
