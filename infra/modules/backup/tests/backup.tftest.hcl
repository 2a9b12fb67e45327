provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name        = "weatherline-prod"
  account_id  = "444455556666"
  region      = "us-east-2"
  kms_key_arn = "arn:aws:kms:us-east-2:444455556666:key/backup"
}

run "velero_reaches_its_bucket_alone" {
  command = plan
  assert {
    condition     = output.bucket == "weatherline-prod-velero-444455556666" && output.irsa.service_account == "velero"
    error_message = "The bucket is named by account."
  }
  assert {
    condition = jsonencode({ for s in jsondecode(output.irsa.policy.json).Statement : s.Sid => s.Resource }) == jsonencode({
      ListBackups     = ["arn:aws:s3:::weatherline-prod-velero-444455556666"]
      KeepBackups     = ["arn:aws:s3:::weatherline-prod-velero-444455556666/*"]
      UseKeyThroughS3 = [var.kms_key_arn]
    })
    error_message = "Velero reaches one bucket and one key."
  }
  assert {
    condition     = !strcontains(output.irsa.policy.json, "ec2:")
    error_message = "Velero has no right in EC2."
  }
}

run "a_week_is_refused" {
  command = plan
  variables {
    retention_days = 7
  }
  expect_failures = [var.retention_days]
}

run "a_wildcard_key_is_refused" {
  command = plan
  variables {
    kms_key_arn = "*"
  }
  expect_failures = [var.kms_key_arn]
}
