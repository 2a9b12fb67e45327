locals {
  dns_suffix = var.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
  buckets    = { for store in keys(var.retention_days) : store => "${var.name}-${store}-${var.account_id}" }
  arns       = { for store, bucket in local.buckets : store => "arn:${var.partition}:s3:::${bucket}" }

  # Each deletes what it has compacted: these are stores of blocks, not archives.
  policies = { for store, arn in local.arns : store => jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ListBlocks"
        Effect   = "Allow"
        Action   = ["s3:GetBucketLocation", "s3:ListBucket"]
        Resource = [arn]
      },
      {
        Sid      = "KeepBlocks"
        Effect   = "Allow"
        Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
        Resource = ["${arn}/*"]
      },
      {
        Sid       = "UseKeyThroughS3"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = [var.kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.${local.dns_suffix}" } }
      },
    ]
  }) }
}

# The tools delete by their own retention; the lifecycle is the floor under them, a week later.
module "bucket" {
  source              = "../bucket"
  for_each            = local.buckets
  name                = each.value
  encryption          = { kms_key_arn = var.kms_key_arn }
  access_log          = var.access_log
  expire_days         = var.retention_days[each.key] + 7
  noncurrent_days     = 7
  noncurrent_versions = null
  force_destroy       = var.force_destroy
}
