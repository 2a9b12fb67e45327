data "aws_partition" "this" {}

locals {
  partition   = data.aws_partition.this.partition
  bucket_name = "${var.name}-vault-snapshots-${var.account_id}"
  bucket_arn  = "arn:${local.partition}:s3:::${local.bucket_name}"

  account_statement = {
    Sid       = "Account"
    Effect    = "Allow"
    Principal = { AWS = "arn:${local.partition}:iam::${var.account_id}:root" }
    Action    = "kms:*"
    Resource  = "*"
  }

  # In a key's policy "*" is that key.
  bucket_key_policy = jsonencode({ Version = "2012-10-17", Statement = [local.account_statement] })

  # Without this key Vault is lost, snapshots and all: not even an administrator ends it in passing.
  unseal_key_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([local.account_statement], [for roles in [sort(var.deletion_roles)] : {
      Sid       = "DenyDeletion"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["kms:ScheduleKeyDeletion", "kms:DisableKey"]
      Resource  = "*"
      Condition = { ArnNotEquals = { "aws:PrincipalArn" = roles } }
    } if length(roles) > 0])
  })

  unseal_key_arn = one(concat(aws_kms_key.unseal[*].arn, aws_kms_replica_key.unseal[*].arn))
  unseal_key_id  = one(concat(aws_kms_key.unseal[*].key_id, aws_kms_replica_key.unseal[*].key_id))

  statements = [{
    Sid       = "DenyUnconditionalWrites"
    Effect    = "Deny"
    Principal = "*"
    Action    = "s3:PutObject"
    Resource  = "${local.bucket_arn}/*"
    Condition = {
      Null = { "s3:if-none-match" = "true" }
      Bool = { "s3:ObjectCreationOperation" = "true" }
    }
  }]
}

resource "aws_kms_key" "unseal" {
  count                   = var.replica_of == null ? 1 : 0
  description             = "${var.name}: unseals Vault. Lost with it: every secret, and every snapshot of them"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  multi_region            = var.multi_region
  policy                  = local.unseal_key_policy
}

# The same key in another region: what is sealed or snapshotted there is opened here.
resource "aws_kms_replica_key" "unseal" {
  count                   = var.replica_of == null ? 0 : 1
  description             = "${var.name}: unseals Vault, as its primary key does"
  primary_key_arn         = var.replica_of.key_arn
  deletion_window_in_days = 30
  policy                  = local.unseal_key_policy

  lifecycle {
    precondition {
      condition     = !var.multi_region
      error_message = "A replica has no replicas: multi_region is its primary key's."
    }
  }
}

resource "aws_kms_alias" "unseal" {
  name          = "alias/${var.name}-vault"
  target_key_id = local.unseal_key_id
}

# Another key: who stores snapshots has no part in unsealing.
resource "aws_kms_key" "snapshots" {
  description             = "${var.name}: snapshots of Vault"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = local.bucket_key_policy
}

resource "aws_kms_alias" "snapshots" {
  name          = "alias/${var.name}-vault-snapshots"
  target_key_id = aws_kms_key.snapshots.key_id
}

module "bucket" {
  source           = "../bucket"
  name             = local.bucket_name
  encryption       = { kms_key_arn = aws_kms_key.snapshots.arn }
  access_log       = var.access_log
  expire_days      = var.snapshot_days
  object_lock_days = var.lock_days
  force_destroy    = var.force_destroy
  policy_documents = [jsonencode({ Version = "2012-10-17", Statement = local.statements })]
}

module "replication" {
  source      = "../bucket/replication"
  count       = var.snapshot_replica == null ? 0 : 1
  name        = var.name
  of          = "vault-snapshots"
  account_id  = var.account_id
  region      = var.region
  bucket      = module.bucket.versioned_id
  bucket_arn  = local.bucket_arn
  kms_key_arn = aws_kms_key.snapshots.arn
  replica     = var.snapshot_replica
  alarm_topic = var.alarm_topic
}

module "policies" {
  source         = "./policies"
  unseal_key_arn = local.unseal_key_arn
  bucket_arn     = local.bucket_arn
  bucket_key_arn = aws_kms_key.snapshots.arn
  region         = var.region
}
