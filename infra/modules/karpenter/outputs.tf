output "controller_role_arn" {
  description = "ARN of the controller's role."
  value       = module.controller.role_arn
}

output "node_role_name" {
  description = "Name of the nodes' role, as the EC2NodeClass names it."
  value       = aws_iam_role.node.name
}

output "node_role_arn" {
  description = "ARN of the nodes' role."
  value       = aws_iam_role.node.arn
}

output "queue_name" {
  description = "Name of the queue, as Karpenter's setting interruptionQueue names it."
  value       = aws_sqs_queue.this.name
}

output "policy" {
  description = "What the controller may do (JSON)."
  value       = local.policy
}

output "queue_policy" {
  description = "Policy of the queue (JSON)."
  value       = local.queue_policy
}
