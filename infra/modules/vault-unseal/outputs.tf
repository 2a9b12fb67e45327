output "kms_alias" {
  description = "Alias of the key that unseals: VAULT_KMS_ALIAS of cluster-config.env."
  value       = aws_kms_alias.unseal.name
}

output "kms_key_arn" {
  description = "ARN of the key that unseals, of which a replica is made."
  value       = local.unseal_key_arn
}

output "snapshot_bucket" {
  description = "Name of the bucket of snapshots, known once it exists: SNAPSHOT_BUCKET of cluster-config.env."
  value       = module.bucket.id
}

output "snapshot_bucket_arn" {
  description = "ARN of the bucket of snapshots, for whoever waits until it is there."
  value       = local.bucket_arn
  depends_on  = [module.bucket]
}

output "snapshot_replica" {
  description = "What this module in another region takes as `replica`, to copy its snapshots here."
  value       = { bucket_arn = local.bucket_arn, kms_key_arn = aws_kms_key.snapshots.arn, region = var.region }
  depends_on  = [module.bucket]
}

output "policies" {
  description = "What vault and vault-snapshot may do (JSON), by name."
  value       = module.policies.json
}

output "key_policy" {
  description = "Policy of the key that unseals (JSON)."
  value       = local.unseal_key_policy
}

output "statements" {
  description = "What the bucket policy demands beyond that of every bucket (JSON)."
  value       = jsonencode(local.statements)
}
