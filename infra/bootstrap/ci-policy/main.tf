# What CI's own role may do: keep states and locks, and go on. It makes nothing by itself.
locals {
  json = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        { Sid = "FindStates", Effect = "Allow", Action = "s3:ListBucket", Resource = var.bucket_arn },
        { Sid = "KeepStates", Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = "${var.bucket_arn}/*.tfstate" },
        {
          Sid      = "Lock"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
          Resource = "${var.bucket_arn}/*.tflock"
        },
        # Not through S3 alone: OpenTofu encrypts by the same key before it sends.
        {
          Sid      = "Key"
          Effect   = "Allow"
          Action   = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"]
          Resource = var.kms_key_arn
        },
      ],
      [for arns in [sort(var.environment_role_arns)] : { Sid = "GoOn", Effect = "Allow", Action = "sts:AssumeRole", Resource = arns } if length(arns) > 0],
    )
  })
}
