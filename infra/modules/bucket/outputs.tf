output "id" {
  description = "Name of the bucket, known once it exists."
  value       = aws_s3_bucket.this.id
}

output "versioned_id" {
  description = "Name of the bucket, known once it keeps versions: what replication waits for."
  value       = aws_s3_bucket_versioning.this.id
}

output "arn" {
  description = "ARN of the bucket."
  value       = local.arn
}

output "policy" {
  description = "The bucket policy as it was asked for (JSON)."
  value       = local.policy
}
