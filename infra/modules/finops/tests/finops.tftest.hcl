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
  environment = "prod"
  monthly_usd = 1200
  emails      = ["cost@example.com"]
}

run "the_budget_counts_one_environment" {
  command = plan
  assert {
    condition     = anytrue([for filter in aws_budgets_budget.this.cost_filter : contains(filter.values, "user:environment$prod")]) && aws_budgets_budget.this.limit_amount == "1200"
    error_message = "The budget is of the environment's tag."
  }
  assert {
    condition     = toset([for n in aws_budgets_budget.this.notification : "${n.notification_type} ${n.threshold}"]) == toset(["ACTUAL 50", "ACTUAL 80", "ACTUAL 100", "FORECASTED 100"])
    error_message = "It is told at half, four fifths and all, and when all is foreseen."
  }
  assert {
    condition     = jsondecode(aws_sns_topic_policy.this.policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "444455556666" && length(aws_ce_anomaly_monitor.this) == 0
    error_message = "Only this account's services publish; the monitor is made when asked for."
  }
}

run "the_monitor_when_asked_for" {
  command = plan
  variables {
    anomaly_monitor = true
  }
  assert {
    condition     = aws_ce_anomaly_monitor.this[0].monitor_dimension == "SERVICE" && length(aws_ce_anomaly_subscription.this) == 1
    error_message = "The monitor has one who listens."
  }
}

run "the_topic_is_encrypted_and_the_cost_services_can_use_its_key" {
  command = plan
  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_alias.this.name == "alias/weatherline-prod-cost"
    error_message = "The topic's key does not rotate, or has another name."
  }
  assert {
    condition = [for s in jsondecode(aws_kms_key.this.policy).Statement : [s.Principal.Service, s.Action, s.Condition] if s.Sid == "CostServicesPublish"] == [[
      ["budgets.amazonaws.com", "costalerts.amazonaws.com"],
      ["kms:Decrypt", "kms:GenerateDataKey*"],
      { StringEquals = { "aws:SourceAccount" = "444455556666" } },
    ]]
    error_message = "A budget could not tell, or others use the key."
  }
}

run "nobody_listening_is_refused" {
  command = plan
  variables {
    emails = []
  }
  expect_failures = [var.emails]
}

run "a_budget_of_nothing_is_refused" {
  command = plan
  variables {
    monthly_usd = 0
  }
  expect_failures = [var.monthly_usd]
}
