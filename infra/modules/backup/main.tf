locals {
  dns_suffix = var.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
  bucket     = "${var.name}-velero-${var.account_id}"
  bucket_arn = "arn:${var.partition}:s3:::${local.bucket}"

  # Snapshots of volumes are the CSI driver's: Velero asks Kubernetes for them and needs no right in EC2.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "ListBackups", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [local.bucket_arn] },
      {
        Sid      = "KeepBackups"
        Effect   = "Allow"
        Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
        Resource = ["${local.bucket_arn}/*"]
      },
      {
        Sid       = "UseKeyThroughS3"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = [var.kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.${local.dns_suffix}" } }
      },
    ]
  })
}

module "bucket" {
  source        = "../bucket"
  name          = local.bucket
  encryption    = { kms_key_arn = var.kms_key_arn }
  access_log    = var.access_log
  expire_days   = var.retention_days
  force_destroy = var.force_destroy
}
