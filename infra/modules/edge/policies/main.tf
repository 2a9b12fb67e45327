locals {
  statements = { "aws-load-balancer-controller" = local.controller, "external-dns" = local.external_dns, "cert-manager" = local.cert_manager }
}

output "json" {
  description = "Policy documents by service account."
  value       = { for name, statements in local.statements : name => jsonencode({ Version = "2012-10-17", Statement = statements }) }
}
