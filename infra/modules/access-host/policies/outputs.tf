output "trust" {
  description = "Who takes the host's role (JSON)."
  value       = local.trust
}

output "key" {
  description = "Policy of the key (JSON)."
  value       = local.key
}

output "host" {
  description = "What the host may do (JSON)."
  value       = local.host
}

output "session" {
  description = "What a person needs for a session (JSON)."
  value       = local.session
}

output "shell" {
  description = "Content of the document of a recorded shell (JSON)."
  value       = local.shell
}
