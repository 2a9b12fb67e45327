data "aws_partition" "this" {}

locals {
  policies = {
    vault = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "Unseal"
        Effect   = "Allow"
        Action   = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"]
        Resource = var.unseal_key_arn
      }]
    })

    # Writes under a name that is free and tells by its answer that it was not; reads nothing back.
    vault-snapshot = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "Put"
          Effect   = "Allow"
          Action   = ["s3:PutObject", "s3:AbortMultipartUpload"]
          Resource = "${var.bucket_arn}/*"
        },
        {
          # A write in parts is put together by S3, which decrypts them.
          Sid       = "Key"
          Effect    = "Allow"
          Action    = ["kms:GenerateDataKey", "kms:Decrypt"]
          Resource  = var.bucket_key_arn
          Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.${data.aws_partition.this.dns_suffix}" } }
        },
      ]
    })
  }
}
