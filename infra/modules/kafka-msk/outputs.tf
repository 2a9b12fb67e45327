output "cluster_arn" {
  description = "ARN of the cluster; null with kafka_mode none."
  value       = local.cluster_arn
}

output "bootstrap_brokers" {
  description = "host:9098,… for MSK_BROKERS of cluster-config.env; null with kafka_mode none."
  value       = local.brokers
}

output "security_group_id" {
  description = "Group of the brokers; null with kafka_mode none."
  value       = one(aws_security_group.this[*].id)
}

output "policies" {
  description = "Policy documents by service account: fetch, transform, upload, trigger, operator, keda. Empty with kafka_mode none."
  value       = local.any == 1 ? module.policies[0].json : {}
}
