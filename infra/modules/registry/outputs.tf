output "registry" {
  description = "Address of the registry: REGISTRY of cluster-config.env."
  value       = "${var.account_id}.dkr.ecr.${var.region}.${data.aws_partition.this.dns_suffix}"
}

output "repository_arns" {
  description = "ARNs of the repositories, by image."
  value       = { for image, repository in aws_ecr_repository.this : image => repository.arn }
}

output "kms_key_arn" {
  description = "ARN of the images' key."
  value       = aws_kms_key.this.arn
}

output "pull_policy" {
  description = "Who else pulls (JSON)."
  value       = local.pull_policy
}

output "cache_policy" {
  description = "Who makes the cache's repositories (JSON)."
  value       = local.cache_policy
}
