output "bucket" {
  description = "Name of the bucket of products, known once it exists: BUCKET of cluster-config.env."
  value       = module.product_store.bucket
}

output "replica" {
  description = "What another region's stores take as `replica`, to copy their products here."
  value = {
    bucket_arn  = module.product_store.bucket_arn
    kms_key_arn = module.product_store.kms_key_arn
    region      = var.region
  }
}

output "snapshot_replica" {
  description = "What another region's stores take as `snapshot_replica`, to copy Vault's snapshots here."
  value       = module.vault_unseal.snapshot_replica
}

output "vault_kms_alias" {
  description = "Alias of the key that unseals Vault: VAULT_KMS_ALIAS of cluster-config.env."
  value       = module.vault_unseal.kms_alias
}

output "vault_kms_key_arn" {
  description = "ARN of that key."
  value       = module.vault_unseal.kms_key_arn
}

output "snapshot_bucket" {
  description = "Name of the bucket of Vault's snapshots: SNAPSHOT_BUCKET of cluster-config.env."
  value       = module.vault_unseal.snapshot_bucket
}

output "log_bucket" {
  description = "The bucket of access logs and flow logs: its name, known once it exists, and its ARN."
  value       = { name = module.logs.id, arn = local.log_bucket_arn }
}

output "registry" {
  description = "Address of the registry of account and region: REGISTRY of cluster-config.env."
  value       = "${var.account_id}.dkr.ecr.${var.region}.${data.aws_partition.this.dns_suffix}"
}

output "policies" {
  description = "What fetch, upload, trigger, gateway, operator, vault and vault-snapshot may do (JSON), by name."
  value       = merge(module.product_store.policies, module.vault_unseal.policies)
}

output "delivery_policy" {
  description = "Who may write into the bucket of logs (JSON)."
  value       = local.delivery
}
