provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name               = "weatherline-prod"
  account_id         = "444455556666"
  region             = "us-east-2"
  data_event_buckets = ["weatherline-prod-products-444455556666"]
}

run "the_trail_sees_all_and_is_checked" {
  command = plan

  assert {
    condition     = aws_cloudtrail.this[0].is_multi_region_trail && aws_cloudtrail.this[0].enable_log_file_validation && aws_cloudtrail.this[0].include_global_service_events
    error_message = "One trail for all regions, whose files prove themselves."
  }
  assert {
    condition     = aws_cloudtrail.this[0].event_selector[0].data_resource[0].values == tolist(["arn:aws:s3:::weatherline-prod-products-444455556666/"])
    error_message = "Reads and writes of products are recorded."
  }
  assert {
    condition     = alltrue([for s in jsondecode(output.trail_delivery_policy).Statement : s.Condition.StringEquals["aws:SourceArn"] == "arn:aws:cloudtrail:us-east-2:444455556666:trail/weatherline-prod" && s.Principal.Service == "cloudtrail.amazonaws.com"])
    error_message = "Only this trail writes its bucket."
  }
  assert {
    condition     = aws_kms_key.this.enable_key_rotation && alltrue([for s in jsondecode(aws_kms_key.this.policy).Statement : s.Sid == "Account" || can(s.Condition)])
    error_message = "The key rotates, and a service uses it under a condition."
  }
}

run "the_account_is_shut_by_default" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_account_public_access_block.this[0].block_public_acls, aws_s3_account_public_access_block.this[0].block_public_policy,
      aws_s3_account_public_access_block.this[0].ignore_public_acls, aws_s3_account_public_access_block.this[0].restrict_public_buckets,
    ])
    error_message = "No bucket of the account is public."
  }
  assert {
    condition     = aws_ebs_encryption_by_default.this.enabled && aws_ec2_instance_metadata_defaults.this.http_tokens == "required" && aws_ec2_instance_metadata_defaults.this.http_put_response_hop_limit == 1
    error_message = "Disks are encrypted and IMDSv2 is demanded, one hop away."
  }
  assert {
    condition     = aws_guardduty_detector.this.enable && toset(keys(aws_guardduty_detector_feature.this)) == toset(["S3_DATA_EVENTS", "EKS_AUDIT_LOGS"]) && aws_accessanalyzer_analyzer.this.type == "ACCOUNT"
    error_message = "GuardDuty and Access Analyzer watch."
  }
}

run "runtime_monitoring_brings_its_add_on" {
  command = plan
  variables {
    guardduty_features = ["RUNTIME_MONITORING"]
  }
  assert {
    condition     = aws_guardduty_detector_feature.this["RUNTIME_MONITORING"].additional_configuration[0].name == "EKS_ADDON_MANAGEMENT"
    error_message = "EKS gets the agent by GuardDuty."
  }
}

run "a_second_region_has_no_second_trail" {
  command = plan
  variables {
    account_wide = false
  }
  assert {
    condition     = length(aws_cloudtrail.this) == 0 && length(aws_s3_account_public_access_block.this) == 0 && length(module.trail_bucket) == 0 && aws_guardduty_detector.this.enable
    error_message = "What an account has once is made once; what a region has is made here."
  }
}

run "an_unknown_feature_is_refused" {
  command = plan
  variables {
    guardduty_features = ["EVERYTHING"]
  }
  expect_failures = [var.guardduty_features]
}

run "a_short_memory_is_refused" {
  command = plan
  variables {
    trail_retention_days = 7
  }
  expect_failures = [var.trail_retention_days]
}
