data "aws_partition" "this" {}

locals {
  bucket_name = "${var.name}-products-${var.account_id}"
  bucket_arn  = "arn:${data.aws_partition.this.partition}:s3:::${local.bucket_name}"

  # In a key's policy "*" is that key; who may use it is said by the roles' policies.
  key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Account"
      Effect    = "Allow"
      Principal = { AWS = "arn:${data.aws_partition.this.partition}:iam::${var.account_id}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })

  statements = concat(
    # What is stored changes only by who says what it replaces. The parts of a large upload carry no condition; its end does.
    [{
      Sid       = "DenyUnconditionalWrites"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "${local.bucket_arn}/*"
      Condition = {
        Null = { "s3:if-none-match" = "true", "s3:if-match" = "true" }
        Bool = { "s3:ObjectCreationOperation" = "true" }
      }
    }],
    # A link that somebody passed on dies within 15 minutes, whatever its maker promised.
    [{
      Sid       = "DenyOldLinks"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "${local.bucket_arn}/*"
      Condition = {
        NumericGreaterThan = { "s3:signatureAge" = "900000" }
        StringEquals       = { "s3:authType" = "REST-QUERY-STRING" }
      }
    }],
    [for id in var.write_endpoint[*].id : {
      Sid       = "DenyWritesFromElsewhere"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:PutObject"
      Resource  = "${local.bucket_arn}/*"
      Condition = { StringNotEquals = { "aws:SourceVpce" = id } }
    }],
  )
}

resource "aws_kms_key" "this" {
  description             = "${var.name}: weather products"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.key_policy
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}-products"
  target_key_id = aws_kms_key.this.key_id
}

module "bucket" {
  source           = "../bucket"
  name             = local.bucket_name
  encryption       = { kms_key_arn = aws_kms_key.this.arn }
  access_log       = var.access_log
  archive_prefix   = "archive/"
  eventbridge      = var.eventbridge
  force_destroy    = var.force_destroy
  policy_documents = [jsonencode({ Version = "2012-10-17", Statement = local.statements })]
}

module "policies" {
  source      = "./policies"
  bucket_arn  = local.bucket_arn
  kms_key_arn = aws_kms_key.this.arn
  region      = var.region
}

module "replication" {
  source      = "../bucket/replication"
  of          = "products"
  count       = var.replica == null ? 0 : 1
  name        = var.name
  account_id  = var.account_id
  region      = var.region
  bucket      = module.bucket.versioned_id
  bucket_arn  = local.bucket_arn
  kms_key_arn = aws_kms_key.this.arn
  replica     = var.replica
  alarm_topic = var.alarm_topic
}
