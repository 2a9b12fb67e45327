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
