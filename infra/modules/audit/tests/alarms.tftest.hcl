provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name                  = "weatherline-prod"
  account_id            = "444455556666"
  region                = "us-east-2"
  break_glass_role_arns = ["arn:aws:iam::444455556666:role/break-glass"]
  alarm_emails          = ["security@example.com"]
}

run "root_and_break_glass_are_told" {
  command = plan

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(["root-use", "break-glass", "trail-change", "key-loss", "watch-disabled"])
    error_message = "Something may happen and nobody hears of it."
  }
  assert {
    condition     = strcontains(output.alarm_patterns["root-use"], "$.userIdentity.type = \"Root\"") && strcontains(output.alarm_patterns["break-glass"], "$.requestParameters.roleArn = \"arn:aws:iam::444455556666:role/break-glass\"")
    error_message = "The patterns look for something else: ${jsonencode(output.alarm_patterns)}"
  }
  assert {
    condition     = alltrue([for key, filter in aws_cloudwatch_log_metric_filter.this : filter.log_group_name == "/aws/cloudtrail/weatherline-prod" && filter.pattern == output.alarm_patterns[key]])
    error_message = "Another log group is read."
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.threshold == 1 && alarm.evaluation_periods == 1 && alarm.treat_missing_data == "notBreaching" && alarm.namespace == "weatherline-prod/audit"])
    error_message = "Once is not enough, or silence is an alarm."
  }
  assert {
    condition     = toset([for s in aws_sns_topic_subscription.email : s.endpoint]) == toset(["security@example.com"])
    error_message = "Nobody hears of it."
  }
}

run "alarms_pass_an_encrypted_topic" {
  command = plan

  assert {
    condition     = [for s in jsondecode(aws_kms_key.this.policy).Statement : [s.Principal.Service, s.Condition.StringEquals["aws:SourceAccount"]] if s.Sid == "Alarms"] == [["cloudwatch.amazonaws.com", "444455556666"]]
    error_message = "CloudWatch could not encrypt what it tells."
  }
  assert {
    condition = jsondecode(aws_sns_topic_policy.this[0].policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "444455556666" }
      ArnLike      = { "aws:SourceArn" = "arn:aws:cloudwatch:us-east-2:444455556666:alarm:weatherline-prod-*" }
    }
    error_message = "Others publish."
  }
}

run "the_trail_writes_its_own_log_group_and_it_is_kept_for_a_time" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.trail[0].retention_in_days == 90 && aws_cloudtrail.this[0].cloud_watch_logs_group_arn == "arn:aws:logs:us-east-2:444455556666:log-group:/aws/cloudtrail/weatherline-prod:*"
    error_message = "Logs are kept for ever, or lie elsewhere."
  }
  assert {
    condition = [for s in jsondecode(output.trail_log_policy).Statement : [s.Action, s.Resource]] == [[
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      "arn:aws:logs:us-east-2:444455556666:log-group:/aws/cloudtrail/weatherline-prod:log-stream:444455556666_CloudTrail_*",
    ]]
    error_message = "The trail writes elsewhere: ${output.trail_log_policy}"
  }
  assert {
    condition     = jsondecode(aws_iam_role.delivery[0].assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceArn"] == "arn:aws:cloudtrail:us-east-2:444455556666:trail/weatherline-prod"
    error_message = "Another trail takes the role."
  }
}

run "a_second_region_has_no_second_alarm" {
  command = plan
  variables {
    account_wide = false
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) + length(aws_sns_topic.this) + length(aws_cloudwatch_log_group.trail) + length(aws_iam_role.delivery) + length(aws_sns_topic_subscription.email) == 0
    error_message = "The same is told twice."
  }
}

run "patterns_odd_addresses_and_odd_retention_are_refused" {
  command = plan
  variables {
    break_glass_role_arns = ["arn:aws:iam::444455556666:role/*"]
    alarm_emails          = ["nobody"]
    log_retention_days    = 0
    trail_lock_days       = 0
  }
  expect_failures = [var.break_glass_role_arns, var.alarm_emails, var.log_retention_days, var.trail_lock_days]
}
