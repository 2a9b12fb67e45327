locals {
  log_bucket     = "${var.name}-logs-${var.account_id}"
  log_bucket_arn = "arn:${local.partition}:s3:::${local.log_bucket}"

  # Access logs of buckets, and the flow log of the network. SSE-S3: the log delivery of S3 takes no key of ours.
  delivery = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "BucketsWriteAccessLogs"
        Effect    = "Allow"
        Principal = { Service = "logging.s3.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local.log_bucket_arn}/s3/*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account_id }
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:s3:::${var.name}-*" }
        }
      },
      {
        Sid       = "FlowLogsAskForAcl"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = local.log_bucket_arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account_id }
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:logs:${var.region}:${var.account_id}:*" }
        }
      },
      {
        Sid       = "FlowLogsWrite"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local.log_bucket_arn}/AWSLogs/*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account_id, "s3:x-amz-acl" = "bucket-owner-full-control" }
          ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:logs:${var.region}:${var.account_id}:*" }
        }
      },
    ]
  })
}
