output "template_id" {
  description = "Template of the spot node's experiment."
  value       = aws_fis_experiment_template.this.id
}

output "pods_template_id" {
  description = "Template of the pods' experiment; null without one."
  value       = one(aws_fis_experiment_template.pods[*].id)
}

output "policies" {
  description = "What the experiments' roles may do in AWS (JSON), by experiment: spot, pods."
  value       = { spot = local.spot_policy, pods = local.pods_policy }
}
