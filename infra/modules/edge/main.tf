data "aws_route53_zone" "this" {
  count        = var.zone_id == null ? 1 : 0
  name         = var.zone_name
  private_zone = false
}

locals {
  zone_id    = var.zone_id == null ? one(data.aws_route53_zone.this[*].zone_id) : var.zone_id
  log_bucket = "${var.name}-access-logs-${var.account_id}"
  validation = { for option in aws_acm_certificate.this.domain_validation_options : option.domain_name => option }

  delivery = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "LoadBalancersWrite"
      Effect = "Allow"
      # The service's name, the same in every partition.
      Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "arn:${var.partition}:s3:::${local.log_bucket}/gateway/AWSLogs/${var.account_id}/*"
      Condition = { ArnLike = { "aws:SourceArn" = "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}:loadbalancer/*" } }
    }]
  })
}

resource "aws_acm_certificate" "this" {
  domain_name       = var.domain
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = var.domain == var.zone_name || endswith(var.domain, ".${var.zone_name}")
      error_message = "${var.domain} is not in the zone ${var.zone_name}: its certificate could not be proved."
    }
  }
}

# The key is known at plan, only its values wait for ACM.
resource "aws_route53_record" "validation" {
  for_each        = toset([var.domain])
  zone_id         = local.zone_id
  name            = local.validation[each.key].resource_record_name
  type            = local.validation[each.key].resource_record_type
  records         = [local.validation[each.key].resource_record_value]
  ttl             = 60
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

# Log delivery of load balancers knows SSE-S3 only.
module "log_bucket" {
  source           = "../bucket"
  name             = local.log_bucket
  policy_documents = [local.delivery]
  expire_days      = var.log_retention_days
  force_destroy    = var.force_destroy
}
