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

  # All of a condition must hold: whoever is none of these services is refused.
  spared = length(var.delivery_services) == 0 ? {} : { "aws:PrincipalServiceName" = sort(var.delivery_services) }

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
          StringNotEquals = merge({ "s3:x-amz-server-side-encryption" = "aws:kms" }, local.spared)
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

  # A key that the client brings passes for neither of the above: it has headers of its own.
  client_key_statement = {
    Sid       = "DenyKeysOfClients"
    Effect    = "Deny"
    Principal = "*"
    Action    = "s3:PutObject"
    Resource  = "${local.arn}/*"
    Condition = { Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" } }
  }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.transport_statements,
      flatten(local.encryption_statements),
      [local.client_key_statement],
      flatten([for document in var.policy_documents : jsondecode(document).Statement]),
    )
  })
}
