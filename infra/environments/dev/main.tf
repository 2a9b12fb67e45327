# dev, staging and prod are the same code; what differs is in terraform.tfvars. The folder's name is the environment's.
locals {
  environment = basename(abspath(path.root))
  name        = "weatherline-${local.environment}"
}

module "stores" {
  source           = "../../modules/stores"
  name             = local.name
  account_id       = var.account_id
  region           = var.region
  replica          = one(module.dr_stores[*].replica)
  snapshot_replica = one(module.dr_stores[*].snapshot_replica)
  vault            = merge(var.vault, { multi_region = var.dr != null })
  registry         = merge(var.registry, { replica_region = var.dr == null ? null : var.dr.region })
  alarm_topic      = var.dr == null ? null : { arn = module.platform.alarm_topic_arn }
  force_destroy    = var.force_destroy
}

# What outlives this region: products, snapshots of Vault, and the key that opens them. Compute over there is ../dr's.
module "dr_stores" {
  source     = "../../modules/stores"
  count      = var.dr == null ? 0 : 1
  providers  = { aws = aws.dr }
  name       = "weatherline-dr"
  account_id = var.account_id
  region     = var.dr.region
  registry   = null

  vault = {
    replica_of    = { key_arn = module.stores.vault_kms_key_arn }
    snapshot_days = var.dr.snapshot_days

    # Of a locked bucket only a locked one takes copies.
    lock_days = try(var.vault.lock_days, null)
  }
}

module "dr" {
  source         = "../../modules/dr"
  count          = var.dr == null ? 0 : 1
  providers      = { aws = aws.dr }
  name           = "weatherline-dr"
  account_id     = var.account_id
  region         = var.dr.region
  primary_region = var.region
  alarm_emails   = try(var.audit.alarm_emails, [])
  failover       = var.dr.failover

  replications = {
    for store in ["products", "vault-snapshots"] : store => {
      source_bucket      = "${local.name}-${store}-${var.account_id}"
      destination_bucket = "weatherline-dr-${store}-${var.account_id}"
    }
  }
}

module "platform" {
  source         = "../../modules/platform"
  environment    = local.environment
  account_id     = var.account_id
  region         = var.region
  policies       = module.stores.policies
  log_bucket     = module.stores.log_bucket
  network        = var.network
  cluster        = var.cluster
  kafka          = var.kafka
  edge           = var.edge
  telemetry_days = var.telemetry_days
  budget         = var.budget
  off_hours      = var.off_hours
  access_host    = var.access_host
  chaos          = var.chaos
  ci             = var.ci
  force_destroy  = var.force_destroy

  audit = merge(var.audit, {
    account_wide       = true
    data_event_buckets = ["${local.name}-products-${var.account_id}"]
  })
}
