output "cluster_config" {
  description = "The part of cluster-config.env that is made here, by its names there."
  value = merge({
    ENVIRONMENT             = var.environment
    AWS_ACCOUNT_ID          = var.account_id
    AWS_REGION              = var.region
    CLUSTER_NAME            = module.cluster.name
    VPC_CIDR                = module.network.cidr
    API_SERVER_SERVICE_CIDR = module.cluster.api_server_service_cidr
    PUBLIC_SUBNET_CIDR_1    = module.network.public_subnet_cidrs[0]
    PUBLIC_SUBNET_CIDR_2    = module.network.public_subnet_cidrs[1]
    PUBLIC_SUBNET_CIDR_3    = module.network.public_subnet_cidrs[2]
    DOMAIN                  = var.edge.domain
    CERTIFICATE_ARN         = module.edge.certificate_arn
    WEB_ACL_ARN             = module.edge.web_acl_arn
    ACCESS_LOGS_BUCKET      = module.edge.access_logs_bucket
  }, var.kafka.mode == "none" ? {} : { MSK_BROKERS = module.kafka_msk.bootstrap_brokers })
}

output "roles" {
  description = "ARN of the role of each service account, Karpenter's controller among them."
  value       = merge({ for name, role in module.role : name => role.role_arn }, { karpenter = module.karpenter.controller_role_arn })
}

output "oidc" {
  description = "The cluster's OIDC provider: ARN and issuer."
  value       = module.cluster.oidc
}

output "karpenter" {
  description = "What Karpenter's settings name: the role of nodes and the queue of notices."
  value       = { node_role_name = module.karpenter.node_role_name, queue_name = module.karpenter.queue_name }
}

output "telemetry_buckets" {
  description = "Buckets of metrics, logs and traces, by store."
  value       = module.telemetry_store.buckets
}

output "backup_bucket" {
  description = "Velero's bucket."
  value       = module.backup.bucket
}

output "ci_role_arns" {
  description = "Roles of CI by their task; empty without `ci`."
  value       = length(module.ci) == 0 ? {} : module.ci[0].role_arns
}

output "access_host" {
  description = "Target of `aws ssm start-session`; null without `access_host`."
  value       = one(module.access_host[*].instance_id)
}

output "alarm_topic_arn" {
  description = "Topic that hears of root, break-glass, a broken watch, and what is not copied."
  value       = module.audit.alarm_topic_arn
}
