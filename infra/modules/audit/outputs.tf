output "log_key_arn" {
  description = "Key for log groups of this region."
  value       = aws_kms_key.this.arn
}

output "trail_bucket" {
  description = "Bucket of the trail; null where the trail is another region's."
  value       = var.account_wide ? local.bucket : null
}

output "trail_delivery_policy" {
  description = "What the trail may do in its bucket (JSON)."
  value       = local.delivery
}

output "alarm_topic_arn" {
  description = "Topic of alarms; null where the trail is another region's."
  value       = one(aws_sns_topic.this[*].arn)
}

output "alarm_patterns" {
  description = "What is looked for in the trail, by the name of its alarm."
  value       = local.alarms
}

output "trail_log_policy" {
  description = "What the trail may do in its log group (JSON)."
  value       = local.delivery_policy
}
