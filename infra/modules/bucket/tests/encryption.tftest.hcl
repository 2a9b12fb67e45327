provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name = "weatherline-test-access-logs-111122223333"
}

run "keys_that_clients_bring_are_refused_everywhere" {
  command = plan

  assert {
    condition = [for s in jsondecode(output.policy).Statement : s.Condition if s.Sid == "DenyKeysOfClients"] == [
      { Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" } }
    ]
    error_message = "An object may be written under a key that the account does not have."
  }
}

run "a_service_that_encrypts_otherwise_is_spared_by_name" {
  command = plan
  variables {
    encryption        = { kms_key_arn = "arn:aws:kms:us-east-2:111122223333:key/00000000-0000-4000-8000-000000000001" }
    delivery_services = ["cloudtrail.amazonaws.com"]
  }

  assert {
    condition = [for s in jsondecode(output.policy).Statement : s.Condition.StringNotEquals if s.Sid == "DenyOtherEncryption"] == [
      { "s3:x-amz-server-side-encryption" = "aws:kms", "aws:PrincipalServiceName" = ["cloudtrail.amazonaws.com"] }
    ]
    error_message = "Digests of the trail are refused, or others are spared too: ${output.policy}"
  }
}

run "a_service_by_pattern_is_refused" {
  command = plan
  variables {
    delivery_services = ["*"]
  }
  expect_failures = [var.delivery_services]
}

run "a_bucket_that_logs_to_itself_is_refused" {
  command = plan
  variables {
    access_log = { bucket = "weatherline-test-access-logs-111122223333" }
  }
  expect_failures = [aws_s3_bucket.this]
}
