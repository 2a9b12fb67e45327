output "json" {
  description = "What each service account may do (JSON), by its name."
  value       = local.policies
}
