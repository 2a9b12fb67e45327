data "aws_partition" "this" {}

locals {
  partition   = data.aws_partition.this.partition
  bucket_name = "weatherline-tfstate-${var.account_id}"
  bucket_arn  = "arn:${local.partition}:s3:::${local.bucket_name}"

  # In a key's policy "*" is that key.
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
}

# A lost key is a lost state: 30 days to notice.
resource "aws_kms_key" "state" {
  description             = "weatherline: state of the infrastructure"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.key_policy
}

resource "aws_kms_alias" "state" {
  name          = "alias/weatherline-tfstate"
  target_key_id = aws_kms_key.state.key_id
}

# Versions are the way back from a bad apply. Those of locks are kept as long: a lifecycle rule cannot tell them by their end.
module "state" {
  source              = "../modules/bucket"
  name                = local.bucket_name
  encryption          = { kms_key_arn = aws_kms_key.state.arn }
  access_log          = var.access_log
  noncurrent_days     = 90
  noncurrent_versions = 50
}
