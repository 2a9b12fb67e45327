output "bucket" {
  description = "Velero's bucket."
  value       = local.bucket
}

output "irsa" {
  description = "What ../irsa needs for Velero's role."
  value       = { namespace = "velero", service_account = "velero", policy = { json = local.policy } }
}
