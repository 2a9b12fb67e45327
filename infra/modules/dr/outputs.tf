output "replica" {
  description = "What ../product-store takes as `replica` in the primary region."
  value       = merge(var.product_store == null ? local.own_replica : var.product_store, { region = var.region })

  depends_on = [module.bucket]

  precondition {
    condition     = var.region != var.primary_region
    error_message = "A replica in ${var.primary_region} is lost with it."
  }
}

output "replica_key_arns" {
  description = "Replicas of keys by name."
  value       = { for name, key in aws_kms_replica_key.this : name => key.arn }
}
