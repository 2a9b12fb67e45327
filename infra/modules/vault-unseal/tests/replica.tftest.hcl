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

run "nothing_is_copied_unless_asked" {
  command = plan

  assert {
    condition     = length(module.replication) == 0 && length(aws_kms_replica_key.unseal) == 0 && length(aws_kms_key.unseal) == 1
    error_message = "Snapshots leave the region without being asked for."
  }
}

run "a_replica_has_the_primary_keys_alias_and_policy" {
  command = plan
  variables {
    replica_of     = { key_arn = "arn:aws:kms:us-west-2:111122223333:key/mrk-1" }
    deletion_roles = ["arn:aws:iam::111122223333:role/break-glass"]
  }

  assert {
    condition     = length(aws_kms_key.unseal) == 0 && aws_kms_replica_key.unseal[0].primary_key_arn == "arn:aws:kms:us-west-2:111122223333:key/mrk-1" && aws_kms_replica_key.unseal[0].deletion_window_in_days == 30
    error_message = "Vault would be sealed by another key than its snapshots."
  }
  assert {
    condition     = aws_kms_alias.unseal.name == "alias/weatherline-test-vault" && jsondecode(aws_kms_replica_key.unseal[0].policy) == jsondecode(output.key_policy) && length(jsondecode(output.key_policy).Statement) == 2
    error_message = "The manifests name another key, or its replica may be ended by others."
  }
}

run "a_key_of_one_region_is_refused" {
  command = plan
  variables {
    replica_of = { key_arn = "arn:aws:kms:us-west-2:111122223333:key/1" }
  }
  expect_failures = [var.replica_of]
}
