output "buckets" {
  description = "Names of the buckets by store."
  value       = local.buckets
}

output "irsa" {
  description = "What ../irsa needs for the role of each store: namespace, service account and policy."
  value       = { for store, policy in local.policies : store => { namespace = "monitoring", service_account = store, policy = { json = policy } } }
}

output "bucket_arns" {
  description = "ARNs of the buckets by store, known once they exist."
  value       = { for store, bucket in module.bucket : store => bucket.arn }
}
