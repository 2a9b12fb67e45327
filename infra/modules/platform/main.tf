data "aws_partition" "this" {}

locals {
  partition = data.aws_partition.this.partition
  name      = "weatherline-${var.environment}"
}

module "network" {
  source              = "../network"
  name                = local.name
  region              = var.region
  cidr                = var.network.cidr
  az_count            = 3
  nat_mode            = var.network.nat_mode
  interface_endpoints = var.network.interface_endpoints
  disallowed_zone_ids = var.network.disallowed_zone_ids
  flow_log            = { bucket_arn = var.log_bucket.arn }
}

module "cluster" {
  source                   = "../eks-cluster"
  name                     = local.name
  account_id               = var.account_id
  region                   = var.region
  kubernetes_version       = var.cluster.kubernetes_version
  control_plane_subnet_ids = module.network.intra_subnet_ids
  node_subnet_ids          = module.network.private_subnet_ids
  service_cidr             = var.cluster.service_cidr
  api_public_cidrs         = var.cluster.api_public_cidrs
  log_types                = var.cluster.log_types
  log_retention_days       = var.cluster.log_retention_days
  access                   = var.cluster.access
  addon_versions           = var.cluster.addon_versions
  system_nodes             = var.cluster.system_nodes
}

module "karpenter" {
  source       = "../karpenter"
  name         = local.name
  account_id   = var.account_id
  region       = var.region
  cluster_name = module.cluster.name
  oidc         = module.cluster.oidc
}

module "audit" {
  source                = "../audit"
  name                  = local.name
  account_id            = var.account_id
  region                = var.region
  partition             = local.partition
  account_wide          = var.audit.account_wide
  data_event_buckets    = var.audit.data_event_buckets
  guardduty_features    = var.audit.guardduty_features
  trail_retention_days  = var.audit.trail_retention_days
  trail_lock_days       = var.audit.trail_lock_days
  force_destroy         = var.force_destroy
  break_glass_role_arns = var.audit.break_glass_role_arns
  alarm_emails          = var.audit.alarm_emails
  access_log            = { bucket = var.log_bucket.name }
}

module "edge" {
  source             = "../edge"
  name               = local.name
  account_id         = var.account_id
  region             = var.region
  partition          = local.partition
  zone_name          = var.edge.zone_name
  domain             = var.edge.domain
  rate_limit         = var.edge.rate_limit
  log_retention_days = var.edge.log_retention_days
  log_kms_key_arn    = module.audit.log_key_arn
  health_check       = var.edge.health_check
  force_destroy      = var.force_destroy
}

module "telemetry_store" {
  source         = "../telemetry-store"
  name           = local.name
  account_id     = var.account_id
  region         = var.region
  partition      = local.partition
  kms_key_arn    = module.cluster.kms_key_arn
  retention_days = var.telemetry_days
  access_log     = { bucket = var.log_bucket.name }
  force_destroy  = var.force_destroy
}

module "backup" {
  source         = "../backup"
  name           = local.name
  account_id     = var.account_id
  region         = var.region
  partition      = local.partition
  kms_key_arn    = module.cluster.kms_key_arn
  retention_days = var.backup_days
  access_log     = { bucket = var.log_bucket.name }
  force_destroy  = var.force_destroy
}
