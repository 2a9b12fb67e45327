data "aws_partition" "this" {}

locals {
  partition    = data.aws_partition.this.partition
  repositories = toset(concat(sort(var.images), var.build_cache ? ["build-cache"] : []))

  key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = "arn:${local.partition}:iam::${var.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })

  pull_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "PullFromOtherAccounts"
      Effect    = "Allow"
      Principal = { AWS = [for account in sort(var.pullers) : "arn:${local.partition}:iam::${account}:root"] }
      Action    = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })

  # Who makes the cache's repositories: the roles of nodes, at their first pull, below the prefixes and nowhere else.
  cache_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "CacheAtFirstPull"
      Effect    = "Allow"
      Principal = { AWS = sort(var.cache_roles) }
      Action    = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
      Resource  = [for prefix in sort(keys(var.pull_through)) : "arn:${local.partition}:ecr:${var.region}:${var.account_id}:repository/${prefix}/*"]
    }]
  })

  # A release is an index with a tag, untagged manifests that it names, which ECR does not take before it, and up to two more tags for
  # its signature and its attestations. So tags are counted, three for a release.
  lifecycle_policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Untagged images go after a week"
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 7 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "The last releases stay"
        selection    = { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = 3 * var.kept_releases }
        action       = { type = "expire" }
      },
    ]
  })
}

resource "aws_kms_key" "this" {
  description             = "${var.name}: images"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.key_policy
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}-images"
  target_key_id = aws_kms_key.this.key_id
}

# A tag never moves: what was scanned and signed is what runs.
resource "aws_ecr_repository" "this" {
  for_each             = local.repositories
  name                 = "weatherline/${each.key}"
  image_tag_mutability = each.key == "build-cache" ? "MUTABLE" : "IMMUTABLE"
  force_delete         = var.force_delete

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.this.arn
  }

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each   = local.repositories
  repository = aws_ecr_repository.this[each.key].name
  policy     = local.lifecycle_policy
}

resource "aws_ecr_repository_policy" "this" {
  for_each   = length(var.pullers) > 0 ? var.images : []
  repository = aws_ecr_repository.this[each.key].name
  policy     = local.pull_policy
}
