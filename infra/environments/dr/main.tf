# The region that takes over. Its stores are prod's work (../prod, `dr`): they are warm whether or not anything runs here, and are
# found by their names, so that nothing of the lost region is asked. dr_mode says what runs: nothing (cold), or the cluster.
locals {
  environment = basename(abspath(path.root))
  name        = "weatherline-${local.environment}"
  running     = var.dr_mode == "pilot_light" ? 1 : 0
  buckets     = { for store in ["products", "vault-snapshots", "logs"] : store => "${local.name}-${store}-${var.account_id}" }
  bucket_arns = { for store, bucket in local.buckets : store => "arn:${data.aws_partition.this.partition}:s3:::${bucket}" }
}

data "aws_partition" "this" {}

data "aws_kms_alias" "this" {
  for_each = local.running == 1 ? toset(["products", "vault", "vault-snapshots"]) : []
  name     = "alias/${local.name}-${each.key}"
}

module "store_policies" {
  source      = "../../modules/product-store/policies"
  count       = local.running
  bucket_arn  = local.bucket_arns["products"]
  kms_key_arn = data.aws_kms_alias.this["products"].target_key_arn
  region      = var.region
}

module "vault_policies" {
  source         = "../../modules/vault-unseal/policies"
  count          = local.running
  unseal_key_arn = data.aws_kms_alias.this["vault"].target_key_arn
  bucket_arn     = local.bucket_arns["vault-snapshots"]
  bucket_key_arn = data.aws_kms_alias.this["vault-snapshots"].target_key_arn
  region         = var.region
}

module "platform" {
  source         = "../../modules/platform"
  count          = local.running
  environment    = local.environment
  account_id     = var.account_id
  region         = var.region
  policies       = merge(module.store_policies[0].json, module.vault_policies[0].json)
  log_bucket     = { name = local.buckets["logs"], arn = local.bucket_arns["logs"] }
  network        = var.network
  cluster        = var.cluster
  kafka          = var.kafka
  edge           = var.edge
  telemetry_days = var.telemetry_days
  budget         = var.budget
  access_host    = var.access_host
  ci             = var.ci
  force_destroy  = var.force_destroy

  # The account's trail is prod's, and multi-region.
  audit = merge(var.audit, { account_wide = false })
}
