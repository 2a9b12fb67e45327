data "aws_partition" "this" {}

locals {
  partition = data.aws_partition.this.partition
}

# First what is written about the others: it logs no access of its own, which would go round in circles.
module "logs" {
  source           = "../bucket"
  name             = local.log_bucket
  policy_documents = [local.delivery]
  expire_days      = var.log_retention_days
  force_destroy    = var.force_destroy
}

module "product_store" {
  source        = "../product-store"
  name          = var.name
  account_id    = var.account_id
  region        = var.region
  access_log    = { bucket = module.logs.id }
  replica       = var.replica
  alarm_topic   = var.alarm_topic
  eventbridge   = var.eventbridge
  force_destroy = var.force_destroy
}

module "vault_unseal" {
  source           = "../vault-unseal"
  name             = var.name
  account_id       = var.account_id
  region           = var.region
  multi_region     = var.vault.multi_region
  replica_of       = var.vault.replica_of
  deletion_roles   = var.vault.deletion_roles
  snapshot_replica = var.snapshot_replica
  alarm_topic      = var.alarm_topic
  snapshot_days    = var.vault.snapshot_days
  lock_days        = var.vault.lock_days
  access_log       = { bucket = module.logs.id }
  force_destroy    = var.force_destroy
}

module "registry" {
  source         = "../registry"
  count          = var.registry == null ? 0 : 1
  name           = var.name
  account_id     = var.account_id
  region         = var.region
  kept_releases  = var.registry.kept_releases
  build_cache    = var.registry.build_cache
  enhanced_scan  = var.registry.enhanced_scan
  replica_region = var.registry.replica_region
  pull_through   = var.registry.pull_through
  pullers        = var.registry.pullers
  force_delete   = var.force_destroy
}
