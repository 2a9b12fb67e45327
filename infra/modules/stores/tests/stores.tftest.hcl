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

run "names_are_those_of_the_manifests" {
  command = plan

  assert {
    condition     = output.vault_kms_alias == "alias/weatherline-test-vault" && output.registry == "111122223333.dkr.ecr.us-east-2.amazonaws.com"
    error_message = "cluster-config.env names another key or registry."
  }
  assert {
    condition     = toset(keys(output.policies)) == toset(["fetch", "upload", "trigger", "gateway", "operator", "vault", "vault-snapshot"])
    error_message = "A service account has no policy, or one too many has."
  }
  assert {
    condition     = output.replica.bucket_arn == "arn:aws:s3:::weatherline-test-products-111122223333" && output.snapshot_replica.bucket_arn == "arn:aws:s3:::weatherline-test-vault-snapshots-111122223333"
    error_message = "Another region would copy elsewhere."
  }
  assert {
    condition     = length(module.registry) == 1
    error_message = "There is nowhere to push images to."
  }
}

run "logs_come_from_this_account_alone" {
  command = plan

  assert {
    condition     = alltrue([for s in jsondecode(output.delivery_policy).Statement : s.Condition.StringEquals["aws:SourceAccount"] == "111122223333" && can(s.Condition.ArnLike["aws:SourceArn"])])
    error_message = "Others may write logs into the bucket: ${output.delivery_policy}"
  }
  assert {
    condition = { for s in jsondecode(output.delivery_policy).Statement : s.Sid => [s.Principal.Service, s.Action, s.Resource] } == {
      BucketsWriteAccessLogs = ["logging.s3.amazonaws.com", "s3:PutObject", "arn:aws:s3:::weatherline-test-logs-111122223333/s3/*"]
      FlowLogsAskForAcl      = ["delivery.logs.amazonaws.com", "s3:GetBucketAcl", "arn:aws:s3:::weatherline-test-logs-111122223333"]
      FlowLogsWrite          = ["delivery.logs.amazonaws.com", "s3:PutObject", "arn:aws:s3:::weatherline-test-logs-111122223333/AWSLogs/*"]
    }
    error_message = "Log delivery may do more than deliver: ${output.delivery_policy}"
  }
}

run "without_a_registry_another_one_is_used" {
  command = plan
  variables {
    registry = null
  }

  assert {
    condition     = length(module.registry) == 0 && output.registry == "111122223333.dkr.ecr.us-east-2.amazonaws.com"
    error_message = "Repositories would be made twice in the account."
  }
}

run "odd_input_is_refused" {
  command = plan
  variables {
    name               = "W"
    account_id         = "1"
    log_retention_days = 7
  }
  expect_failures = [var.name, var.account_id, var.log_retention_days]
}
