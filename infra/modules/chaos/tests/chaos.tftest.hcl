provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name           = "weatherline-staging"
  account_id     = "111122223333"
  region         = "us-east-2"
  stop_alarm_arn = "arn:aws:cloudwatch:us-east-2:111122223333:alarm:gateway"
}

run "one_spot_node_of_the_general_pool" {
  command = plan
  assert {
    condition     = jsondecode(aws_iam_role_policy.this.policy).Statement[1].Condition.StringEquals["aws:ResourceTag/karpenter.sh/nodepool"] == "general"
    error_message = "Only nodes of the general pool are interrupted."
  }
}

run "no_stop_is_refused" {
  command = plan
  variables {
    stop_alarm_arn = "none"
  }
  expect_failures = [var.stop_alarm_arn]
}
