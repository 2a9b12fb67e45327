output "cluster_config" {
  description = "What `weatherline cluster config` writes to manifests/overlays/dr/cluster-config.env; null while nothing runs here."
  value = local.running == 0 ? null : merge(module.platform[0].cluster_config, {
    REGISTRY        = "${var.account_id}.dkr.ecr.${var.region}.amazonaws.com"
    BUCKET          = local.buckets["products"]
    SNAPSHOT_BUCKET = local.buckets["vault-snapshots"]
    VAULT_KMS_ALIAS = "alias/${local.name}-vault"
  })
}

output "roles" {
  description = "ARN of the role of each service account; empty while nothing runs here."
  value       = local.running == 0 ? {} : module.platform[0].roles
}

output "ci_role_arns" {
  description = "Roles of CI by their task, for the variables of the GitHub environment; empty while nothing runs here."
  value       = local.running == 0 ? {} : module.platform[0].ci_role_arns
}
