# The provider is of the region that takes over.
locals {
  bucket = "${var.name}-products-replica-${var.account_id}"
  stores = var.product_store == null ? 1 : 0

  own_replica = {
    bucket_arn  = "arn:${var.partition}:s3:::${local.bucket}"
    kms_key_arn = one(aws_kms_key.products[*].arn)
  }

  # In a key's policy "*" is that key.
  key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = "arn:${var.partition}:iam::${var.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_key" "products" {
  count                   = local.stores
  description             = "${var.name}: replica of the products"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.key_policy
}

resource "aws_kms_alias" "products" {
  count         = local.stores
  name          = "alias/${var.name}-products-replica"
  target_key_id = aws_kms_key.products[0].key_id
}

module "bucket" {
  source     = "../bucket"
  count      = local.stores
  name       = local.bucket
  encryption = { kms_key_arn = aws_kms_key.products[0].arn }
  access_log = var.access_log
}

resource "aws_kms_replica_key" "this" {
  for_each                = var.replica_keys
  description             = "${var.name}: replica of ${each.key}"
  primary_key_arn         = each.value
  deletion_window_in_days = 30
  policy                  = local.key_policy
}

resource "aws_kms_alias" "replica" {
  for_each      = var.replica_keys
  name          = "alias/${var.name}-${each.key}"
  target_key_id = aws_kms_replica_key.this[each.key].key_id
}

resource "aws_route53_health_check" "primary" {
  count             = var.failover == null ? 0 : 1
  fqdn              = var.failover.primary.dns_name
  type              = "TCP"
  port              = 443
  request_interval  = 30
  failure_threshold = 3
  tags              = { Name = "${var.name}-primary" }
}

resource "aws_route53_record" "primary" {
  count           = var.failover == null ? 0 : 1
  zone_id         = var.failover.zone_id
  name            = var.failover.domain
  type            = "A"
  set_identifier  = "primary"
  health_check_id = aws_route53_health_check.primary[0].id

  failover_routing_policy {
    type = "PRIMARY"
  }

  alias {
    name                   = var.failover.primary.dns_name
    zone_id                = var.failover.primary.zone_id
    evaluate_target_health = true
  }
}

resource "aws_route53_record" "secondary" {
  count          = var.failover == null ? 0 : var.failover.secondary == null ? 0 : 1
  zone_id        = var.failover.zone_id
  name           = var.failover.domain
  type           = "A"
  set_identifier = "secondary"

  failover_routing_policy {
    type = "SECONDARY"
  }

  alias {
    name                   = var.failover.secondary.dns_name
    zone_id                = var.failover.secondary.zone_id
    evaluate_target_health = true
  }
}
