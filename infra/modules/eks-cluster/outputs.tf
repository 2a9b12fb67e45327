output "name" {
  description = "Name of the cluster, known once it exists."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "ARN of the cluster."
  value       = aws_eks_cluster.this.arn
}

output "endpoint" {
  description = "Address of the API."
  value       = aws_eks_cluster.this.endpoint
}

output "certificate_authority" {
  description = "Certificate of the API's authority (base64)."
  value       = aws_eks_cluster.this.certificate_authority[0].data
}

output "oidc" {
  description = "The OIDC provider: ARN and issuer, as the module irsa takes it."
  value       = local.oidc
}

output "security_group_id" {
  description = "The security group of the control plane and of every node."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "node_role_arn" {
  description = "ARN of the system nodes' role."
  value       = aws_iam_role.node.arn
}

output "kms_key_arn" {
  description = "The key of secrets, volumes and logs."
  value       = aws_kms_key.this.arn
}

output "log_group_name" {
  description = "The control plane's log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "api_server_service_cidr" {
  description = "Address of the API server's Service: API_SERVER_SERVICE_CIDR of cluster-config.env."
  value       = "${cidrhost(var.service_cidr, 1)}/32"
}

output "key_policy" {
  description = "Policy of the key (JSON)."
  value       = local.key_policy
}
