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
  kms_key_arn = "arn:aws:kms:us-east-2:444455556666:key/telemetry"
}

run "a_bucket_and_a_policy_for_each" {
  command = plan

  assert {
    condition = jsonencode(output.buckets) == jsonencode({
      loki   = "weatherline-prod-loki-444455556666"
      tempo  = "weatherline-prod-tempo-444455556666"
      thanos = "weatherline-prod-thanos-444455556666"
    })
    error_message = "Buckets are named by store and account."
  }
  assert {
    condition = alltrue([for store, role in output.irsa : alltrue([for s in jsondecode(role.policy.json).Statement : alltrue([for r in s.Resource :
      r == "arn:aws:s3:::${output.buckets[store]}" || r == "arn:aws:s3:::${output.buckets[store]}/*" || r == var.kms_key_arn
    ])])])
    error_message = "Each store reaches its own bucket and the key, nothing else."
  }
  assert {
    condition = alltrue([for role in output.irsa : alltrue([for s in jsondecode(role.policy.json).Statement :
      s.Sid == "UseKeyThroughS3" ? s.Condition.StringEquals["kms:ViaService"] == "s3.us-east-2.amazonaws.com" : !anytrue([for a in s.Action : strcontains(a, "*")])
    ])])
    error_message = "The key is used through S3 only; no action has a wildcard."
  }
  assert {
    condition     = alltrue([for store, role in output.irsa : role.namespace == "monitoring" && role.service_account == store])
    error_message = "Roles belong to service accounts of monitoring."
  }
}

run "one_store_alone" {
  command = plan
  variables {
    retention_days = { loki = 30 }
  }
  assert {
    condition     = toset(keys(output.irsa)) == toset(["loki"])
    error_message = "Only what is asked for is made."
  }
}

run "a_store_that_nobody_knows_is_refused" {
  command = plan
  variables {
    retention_days = { mimir = 30 }
  }
  expect_failures = [var.retention_days]
}

run "a_day_is_too_short" {
  command = plan
  variables {
    retention_days = { loki = 1 }
  }
  expect_failures = [var.retention_days]
}

run "a_wildcard_key_is_refused" {
  command = plan
  variables {
    kms_key_arn = "arn:aws:kms:us-east-2:444455556666:key/*"
  }
  expect_failures = [var.kms_key_arn]
}
