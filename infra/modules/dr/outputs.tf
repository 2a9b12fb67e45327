output "replica" {
  description = "What ../product-store takes as replica."
  value       = { bucket_arn = "arn:${var.partition}:s3:::${local.bucket}", kms_key_arn = aws_kms_key.products.arn, region = var.region }
}

output "replica_key_arns" {
  description = "Replicas of keys by name."
  value       = { for name, key in aws_kms_replica_key.this : name => key.arn }
}
