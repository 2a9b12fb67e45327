output "cluster_config" {
  description = "What `weatherline cluster config` writes to manifests/overlays/ENV/cluster-config.env."
  value = merge(module.platform.cluster_config, {
    REGISTRY        = module.stores.registry
    BUCKET          = module.stores.bucket
    SNAPSHOT_BUCKET = module.stores.snapshot_bucket
    VAULT_KMS_ALIAS = module.stores.vault_kms_alias
  })

  precondition {
    condition     = local.environment != "prod" || !(var.force_destroy || var.chaos)
    error_message = "In prod nothing is destroyed by force, and no experiments are run."
  }
  precondition {
    condition     = local.environment != "prod" || var.dr != null
    error_message = "Products of prod are kept in another region, too: dr names it."
  }
}

output "roles" {
  description = "ARN of the role of each service account."
  value       = module.platform.roles
}

output "ci_role_arns" {
  description = "Roles of CI by their task, for the variables of the GitHub environment."
  value       = module.platform.ci_role_arns
}

output "karpenter" {
  description = "The role of nodes and the queue of notices."
  value       = module.platform.karpenter
}

output "telemetry_buckets" {
  description = "Buckets of metrics, logs and traces, by store."
  value       = module.platform.telemetry_buckets
}

output "backup_bucket" {
  description = "Velero's bucket."
  value       = module.platform.backup_bucket
}

output "access_host" {
  description = "Target of `aws ssm start-session`; null without a host."
  value       = module.platform.access_host
}
