output "bucket" {
  description = "Name of the bucket, known once it exists: BUCKET of cluster-config.env."
  value       = module.bucket.id
}

output "bucket_arn" {
  description = "ARN of the bucket, for whoever waits until it is there: S3 copies only into a bucket that keeps versions."
  value       = local.bucket_arn
  depends_on  = [module.bucket]
}

output "kms_key_arn" {
  description = "ARN of the bucket's key."
  value       = aws_kms_key.this.arn
}

output "policies" {
  description = "What fetch, upload, trigger, gateway and operator may do (JSON), by name."
  value       = module.policies.json
}

output "statements" {
  description = "What the bucket policy demands beyond that of every bucket (JSON)."
  value       = jsonencode(local.statements)
}
