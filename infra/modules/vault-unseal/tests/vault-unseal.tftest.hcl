provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name       = "weatherline-test"
  account_id = "111122223333"
  region     = "us-east-2"
}

run "vault_uses_its_key_and_snapshots_are_only_written" {
  command = plan
  module {
    source = "./policies"
  }
  variables {
    unseal_key_arn = "arn:aws:kms:us-east-2:111122223333:key/unseal"
    bucket_arn     = "arn:aws:s3:::s"
    bucket_key_arn = "arn:aws:kms:us-east-2:111122223333:key/snapshots"
  }

  assert {
    condition = jsondecode(output.json["vault"]).Statement == [{
      Sid      = "Unseal"
      Effect   = "Allow"
      Action   = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"]
      Resource = "arn:aws:kms:us-east-2:111122223333:key/unseal"
    }]
    error_message = "Vault may do something else: ${output.json["vault"]}"
  }
  assert {
    condition = { for s in jsondecode(output.json["vault-snapshot"]).Statement : s.Sid => [s.Action, s.Resource] } == {
      Put = [["s3:PutObject", "s3:AbortMultipartUpload"], "arn:aws:s3:::s/*"]
      Key = [["kms:GenerateDataKey", "kms:Decrypt"], "arn:aws:kms:us-east-2:111122223333:key/snapshots"]
    }
    error_message = "Snapshots are read, listed or deleted by who writes them: ${output.json["vault-snapshot"]}"
  }
}

run "names_are_those_of_the_manifests" {
  command = plan

  assert {
    condition     = output.kms_alias == "alias/weatherline-test-vault" && output.snapshot_bucket_arn == "arn:aws:s3:::weatherline-test-vault-snapshots-111122223333"
    error_message = "cluster-config.env names others."
  }
}

run "the_key_is_hard_to_lose" {
  command = plan
  variables {
    multi_region   = true
    deletion_roles = ["arn:aws:iam::111122223333:role/break-glass"]
  }

  assert {
    condition     = aws_kms_key.unseal[0].enable_key_rotation && aws_kms_key.unseal[0].deletion_window_in_days == 30 && aws_kms_key.unseal[0].multi_region
    error_message = "The key does not rotate, goes too soon, or cannot be replicated."
  }
  assert {
    condition = jsondecode(output.key_policy).Statement[1] == {
      Sid       = "DenyDeletion"
      Effect    = "Deny"
      Principal = "*"
      Action    = ["kms:ScheduleKeyDeletion", "kms:DisableKey"]
      Resource  = "*"
      Condition = { ArnNotEquals = { "aws:PrincipalArn" = ["arn:aws:iam::111122223333:role/break-glass"] } }
    }
    error_message = "Others may end the key: ${output.key_policy}"
  }
}

run "the_key_is_the_accounts_alone_by_default" {
  command = plan

  assert {
    condition     = [for s in jsondecode(output.key_policy).Statement : s.Principal.AWS] == ["arn:aws:iam::111122223333:root"] && !aws_kms_key.unseal[0].multi_region
    error_message = "Others use the key."
  }
  assert {
    condition     = aws_kms_key.snapshots.enable_key_rotation && aws_kms_alias.snapshots.name == "alias/weatherline-test-vault-snapshots"
    error_message = "Snapshots have no key of their own."
  }
}

run "a_snapshot_is_never_overwritten" {
  command = plan

  assert {
    condition = jsondecode(output.statements)[0].Condition == {
      Null = { "s3:if-none-match" = "true" }
      Bool = { "s3:ObjectCreationOperation" = "true" }
    }
    error_message = "A snapshot can be written over."
  }
}

run "odd_input_is_refused" {
  command = plan
  variables {
    name           = "W"
    account_id     = "1"
    snapshot_days  = 1
    deletion_roles = ["arn:aws:iam::111122223333:role/*"]
  }
  expect_failures = [var.name, var.account_id, var.snapshot_days, var.deletion_roles]
}
