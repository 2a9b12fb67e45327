provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name       = "weatherline-test-things-111122223333"
  encryption = { kms_key_arn = "arn:aws:kms:us-east-2:111122223333:key/00000000-0000-4000-8000-000000000001" }
  access_log = { bucket = "weatherline-test-access-logs-111122223333" }
}

run "a_bucket_is_private_versioned_and_encrypted_by_its_own_key" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls,
      aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls,
      aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "One of the four public access blocks is open."
  }
  assert {
    condition     = aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "Access lists are not off."
  }
  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "Versions are not kept."
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == var.encryption.kms_key_arn
    error_message = "Objects are encrypted by another key."
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled
    error_message = "Every object costs a call to KMS."
  }
  assert {
    condition     = aws_s3_bucket_logging.this[0].target_prefix == "s3/${var.name}/"
    error_message = "Access is not logged under the bucket's name."
  }
  assert {
    condition     = !aws_s3_bucket.this.force_destroy && !aws_s3_bucket.this.object_lock_enabled && length(aws_s3_bucket_notification.this) == 0
    error_message = "An option is on that nobody asked for."
  }
}

run "the_policy_refuses_plain_http_old_tls_and_other_keys" {
  command = plan

  assert {
    condition     = [for s in jsondecode(output.policy).Statement : s.Sid] == ["DenyInsecureTransport", "DenyOldTls", "DenyOtherEncryption", "DenyOtherKeys", "DenyKeysOfClients"]
    error_message = "The policy has other statements: ${output.policy}"
  }
  assert {
    condition     = alltrue([for s in jsondecode(output.policy).Statement : s.Effect == "Deny" && s.Principal == "*"])
    error_message = "The policy of a plain bucket allows nothing and spares nobody."
  }
  assert {
    condition = (
      jsondecode(output.policy).Statement[0].Condition == { Bool = { "aws:SecureTransport" = "false" } } &&
      jsondecode(output.policy).Statement[1].Condition == { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
    )
    error_message = "The conditions on transport differ."
  }
  assert {
    condition = alltrue([
      for s in slice(jsondecode(output.policy).Statement, 0, 2) :
      s.Action == "s3:*" && toset(s.Resource) == toset([output.arn, "${output.arn}/*"])
    ])
    error_message = "The bucket itself and its objects are both covered, for every action."
  }
  assert {
    condition = (
      jsondecode(output.policy).Statement[3].Condition.StringNotEquals["s3:x-amz-server-side-encryption-aws-kms-key-id"] == var.encryption.kms_key_arn &&
      jsondecode(output.policy).Statement[3].Condition.Null["s3:x-amz-server-side-encryption-aws-kms-key-id"] == "false"
    )
    error_message = "A write may name another key, or a write that names none is refused."
  }
  assert {
    condition     = output.arn == "arn:aws:s3:::${var.name}" && aws_s3_bucket_policy.this.policy == output.policy
    error_message = "The output is not what the bucket gets."
  }
}

run "old_versions_and_unfinished_uploads_go" {
  command = plan

  assert {
    condition     = [for r in aws_s3_bucket_lifecycle_configuration.this.rule : r.id] == ["tidy", "delete-markers"]
    error_message = "A plain bucket has other lifecycle rules."
  }
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[0].abort_incomplete_multipart_upload[0].days_after_initiation == 7
    error_message = "Unfinished uploads stay."
  }
  assert {
    condition = (
      aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0].noncurrent_days == 30 &&
      aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0].newer_noncurrent_versions == 5
    )
    error_message = "Replaced versions are kept for other times."
  }
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.transition_default_minimum_object_size == "all_storage_classes_128K"
    error_message = "Small objects would move to storage that costs more."
  }
}

run "options_of_a_log_bucket" {
  command = plan
  variables {
    encryption  = null
    access_log  = null
    expire_days = 90
    eventbridge = true
    policy_documents = [jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Sid = "Deliver", Effect = "Allow", Principal = { Service = "logging.s3.amazonaws.com" }, Action = "s3:PutObject", Resource = "*" }]
    })]
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "Log delivery cannot write with a customer managed key."
  }
  assert {
    condition     = [for s in jsondecode(output.policy).Statement : s.Sid] == ["DenyInsecureTransport", "DenyOldTls", "DenyKeysOfClients", "Deliver"]
    error_message = "Statements of the caller do not join the policy, or the key is still demanded."
  }
  assert {
    condition     = [for r in aws_s3_bucket_lifecycle_configuration.this.rule : r.id] == ["tidy", "expire"] && aws_s3_bucket_lifecycle_configuration.this.rule[1].expiration[0].days == 90
    error_message = "Logs do not expire."
  }
  assert {
    condition     = length(aws_s3_bucket_logging.this) == 0 && aws_s3_bucket_notification.this[0].eventbridge
    error_message = "Logging or notification is not as asked."
  }
}

run "an_archive_moves_only_what_lies_below_its_prefix" {
  command = plan
  variables {
    archive_prefix = "archive/"
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[2].filter[0].prefix == "archive/"
    error_message = "The rule covers something else."
  }
  assert {
    condition = { for t in aws_s3_bucket_lifecycle_configuration.this.rule[2].transition : t.storage_class => t.days } == {
      STANDARD_IA = 30, GLACIER_IR = 90, DEEP_ARCHIVE = 365
    }
    error_message = "The tiers differ."
  }
}

run "a_lock_is_in_governance_mode" {
  command = plan
  variables {
    object_lock_days = 30
  }

  assert {
    condition = aws_s3_bucket.this.object_lock_enabled && (
      aws_s3_bucket_object_lock_configuration.this[0].rule[0].default_retention[0].mode == "GOVERNANCE" &&
      aws_s3_bucket_object_lock_configuration.this[0].rule[0].default_retention[0].days == 30
    )
    error_message = "The lock differs."
  }
}

run "a_name_with_a_dot_is_refused" {
  command = plan
  variables {
    name = "weatherline.products"
  }
  expect_failures = [var.name]
}

run "a_document_that_is_no_policy_is_refused" {
  command = plan
  variables {
    policy_documents = ["{}"]
  }
  expect_failures = [var.policy_documents]
}

run "an_archive_of_the_whole_bucket_is_refused" {
  command = plan
  variables {
    archive_prefix = "/"
  }
  expect_failures = [var.archive_prefix]
}

run "days_that_are_none_are_refused" {
  command = plan
  variables {
    expire_days         = 0
    noncurrent_days     = 0
    noncurrent_versions = 101
    object_lock_days    = 0
  }
  expect_failures = [var.expire_days, var.noncurrent_days, var.noncurrent_versions, var.object_lock_days]
}

run "a_locked_bucket_is_not_emptied_by_force" {
  command = plan
  variables {
    object_lock_days = 1
    force_destroy    = true
  }
  expect_failures = [aws_s3_bucket.this]
}
