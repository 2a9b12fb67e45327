# The provider is of the region that takes over.
locals {
  bucket = "${var.name}-products-replica-${var.account_id}"
}

resource "aws_kms_key" "products" {
  description             = "${var.name}: replica of the products"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  lifecycle {
    precondition {
      condition     = var.region != var.primary_region
      error_message = "A replica in ${var.primary_region} is lost with it."
    }
  }
}

resource "aws_kms_alias" "products" {
  name          = "alias/${var.name}-products-replica"
  target_key_id = aws_kms_key.products.key_id
}

module "bucket" {
  source     = "../bucket"
  name       = local.bucket
  encryption = { kms_key_arn = aws_kms_key.products.arn }
}

resource "aws_kms_replica_key" "this" {
  for_each                = var.replica_keys
  description             = "${var.name}: replica of ${each.key}"
  primary_key_arn         = each.value
  deletion_window_in_days = 30
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
