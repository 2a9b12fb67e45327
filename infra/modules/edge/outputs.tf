module "policies" {
  source       = "./policies"
  zone_arn     = "arn:${var.partition}:route53:::hostedzone/${local.zone_id}"
  domain       = var.domain
  cluster_name = var.name
  account_id   = var.account_id
  region       = var.region
  partition    = var.partition
}

output "certificate_arn" {
  description = "CERTIFICATE_ARN, once it is proved."
  value       = aws_acm_certificate_validation.this.certificate_arn
}

output "web_acl_arn" {
  description = "WEB_ACL_ARN."
  value       = aws_wafv2_web_acl.this.arn
}

output "access_logs_bucket" {
  description = "ACCESS_LOGS_BUCKET."
  value       = local.log_bucket
}

output "log_delivery_policy" {
  description = "What load balancers may do in the bucket (JSON)."
  value       = local.delivery
}

output "zone_id" {
  description = "Id of the zone."
  value       = local.zone_id
}

output "policies" {
  description = "Policy documents by service account: aws-load-balancer-controller, external-dns, cert-manager."
  value       = module.policies.json
}

output "health_check_id" {
  description = "The health check of the public host, HealthCheckId of its metrics; null without one."
  value       = one(aws_route53_health_check.this[*].id)
}
