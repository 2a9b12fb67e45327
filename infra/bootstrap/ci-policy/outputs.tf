output "json" {
  description = "The policy (JSON)."
  value       = local.json
}
