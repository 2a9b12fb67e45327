provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name        = "weatherline-dev"
  account_id  = "111122223333"
  region      = "us-east-2"
  environment = "dev"
  monthly_usd = 260
  emails      = ["cost@example.com"]
}

run "nodes_stay_unless_asked" {
  command = plan
  assert {
    condition     = length(aws_scheduler_schedule.this) + length(aws_iam_role.schedule) + length(aws_scheduler_schedule_group.this) == 0 && output.schedule_policy == null
    error_message = "An environment is taken away that nobody asked for."
  }
}

run "nodes_go_at_night_and_come_in_the_morning" {
  command = plan
  variables {
    off_hours = { cluster_name = "weatherline-dev", timezone = "Europe/Luxembourg" }
  }
  assert {
    condition = { for key, s in aws_scheduler_schedule.this : key => [s.schedule_expression, s.schedule_expression_timezone, jsondecode(s.target[0].input)] } == {
      stop = ["cron(0 20 ? * MON-FRI *)", "Europe/Luxembourg", {
        ClusterName = "weatherline-dev", NodegroupName = "system", ScalingConfig = { MinSize = 0, DesiredSize = 0, MaxSize = 4 }
      }]
      start = ["cron(0 7 ? * MON-FRI *)", "Europe/Luxembourg", {
        ClusterName = "weatherline-dev", NodegroupName = "system", ScalingConfig = { MinSize = 2, DesiredSize = 2, MaxSize = 4 }
      }]
    }
    error_message = "Nodes go or come otherwise."
  }
  assert {
    condition     = alltrue([for s in aws_scheduler_schedule.this : s.target[0].arn == "arn:aws:scheduler:::aws-sdk:eks:updateNodegroupConfig" && s.state == "ENABLED" && s.group_name == "weatherline-dev-off-hours"])
    error_message = "The schedule calls something else, or is off."
  }
}

run "the_schedule_scales_one_node_group_and_does_nothing_else" {
  command = plan
  variables {
    off_hours = { cluster_name = "weatherline-dev" }
  }
  assert {
    condition = [for s in jsondecode(output.schedule_policy).Statement : [s.Action, s.Resource]] == [
      ["eks:UpdateNodegroupConfig", "arn:aws:eks:us-east-2:111122223333:nodegroup/weatherline-dev/system/*"]
    ]
    error_message = "The role may do more: ${jsonencode(output.schedule_policy)}"
  }
  assert {
    condition = jsondecode(aws_iam_role.schedule[0].assume_role_policy).Statement[0].Condition.StringEquals == {
      "aws:SourceAccount" = "111122223333"
      "aws:SourceArn"     = "arn:aws:scheduler:us-east-2:111122223333:schedule-group/weatherline-dev-off-hours"
    }
    error_message = "Other schedules take the role."
  }
}

run "patterns_in_names_are_refused" {
  command = plan
  variables {
    off_hours = { cluster_name = "*" }
  }
  expect_failures = [var.off_hours]
}

run "a_day_without_nodes_is_refused" {
  command = plan
  variables {
    off_hours = { cluster_name = "weatherline-dev", size = 0 }
  }
  expect_failures = [var.off_hours]
}

run "a_stop_that_is_no_cron_is_refused" {
  command = plan
  variables {
    off_hours   = { cluster_name = "weatherline-dev", stop = "20:00" }
    anomaly_usd = 0
    environment = "*"
  }
  expect_failures = [var.off_hours, var.anomaly_usd, var.environment]
}
