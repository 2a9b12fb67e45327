data "aws_partition" "this" {}

locals {
  # From the name and not from the resource: the policy is known, and can be read, before anything exists.
  arn = "arn:${data.aws_partition.this.partition}:s3:::${var.name}"

  transport_statements = [
    {
      Sid       = "DenyInsecureTransport"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.arn, "${local.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    },
    {
      Sid       = "DenyOldTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.arn, "${local.arn}/*"]
      Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
    },
  ]

  # Each asks for the header to be there (Null) and to say something else: a write without it gets the bucket's own key.
  encryption_statements = [
    for key_arn in var.encryption[*].kms_key_arn : [
      {
        Sid       = "DenyOtherEncryption"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${local.arn}/*"
        Condition = {
          Null            = { "s3:x-amz-server-side-encryption" = "false" }
          StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
        }
      },
      {
        Sid       = "DenyOtherKeys"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${local.arn}/*"
        Condition = {
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = key_arn }
        }
      },
    ]
  ]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.transport_statements,
      flatten(local.encryption_statements),
      flatten([for document in var.policy_documents : jsondecode(document).Statement]),
    )
  })
}
