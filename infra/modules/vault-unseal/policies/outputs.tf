output "json" {
  description = "What vault and vault-snapshot may do (JSON), by service account."
  value       = local.policies
}
