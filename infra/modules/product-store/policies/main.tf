data "aws_partition" "this" {}

# Who may do what in the store, as a function of two ARNs: known at plan, and tested without a server.
locals {
  # Below which prefixes; "" is the whole bucket. Nobody deletes, and nobody changes access lists.
  # A missing key answers 404 only to who may list it, so who gets also lists.
  grants = {
    fetch = {
      get  = ["weather-readings/", "keys/"]
      put  = ["weather-readings/", "keys/"]
      list = ["weather-readings/", "keys/"]
    }
    upload = {
      get  = ["weather-products/"]
      put  = ["weather-products/", "replays/*/out/"]
      list = ["weather-products/"]
    }
    trigger = {
      get  = ["weather-runs/"]
      put  = ["weather-runs/"]
      list = ["weather-runs/"]
    }
    # Of readings the names alone: they say which parts of a run were collected.
    gateway = {
      get  = ["weather-products/", "weather-runs/"]
      put  = []
      list = ["weather-products/", "weather-runs/", "weather-readings/"]
    }
    operator = {
      get  = [""]
      put  = ["replays/"]
      list = [""]
    }
  }

  through_s3 = { StringEquals = { "kms:ViaService" = "s3.${var.region}.${data.aws_partition.this.dns_suffix}" } }

  policies = {
    for who, grant in local.grants : who => jsonencode({
      Version = "2012-10-17"
      Statement = concat(
        [{
          Sid      = "Get"
          Effect   = "Allow"
          Action   = "s3:GetObject"
          Resource = [for prefix in grant.get : "${var.bucket_arn}/${prefix}*"]
        }],
        # Both belong to one write: a large one that fails takes its parts back.
        [for prefixes in [grant.put] : {
          Sid      = "Put"
          Effect   = "Allow"
          Action   = ["s3:PutObject", "s3:AbortMultipartUpload"]
          Resource = [for prefix in prefixes : "${var.bucket_arn}/${prefix}*"]
        } if length(prefixes) > 0],
        # On a missing key S3 asks whether its name may be listed as a prefix: this condition serves that too.
        [merge(
          {
            Sid      = "List"
            Effect   = "Allow"
            Action   = "s3:ListBucket"
            Resource = var.bucket_arn
          },
          contains(grant.list, "") ? {} : { Condition = { StringLike = { "s3:prefix" = [for prefix in grant.list : "${prefix}*"] } } },
        )],
        [{
          Sid       = "Key"
          Effect    = "Allow"
          Action    = length(grant.put) > 0 ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"]
          Resource  = var.kms_key_arn
          Condition = local.through_s3
        }],
      )
    })
  }
}
