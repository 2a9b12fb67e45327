provider "aws" {
  region                      = "us-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name           = "weatherline-dr"
  account_id     = "444455556666"
  region         = "us-west-2"
  primary_region = "us-east-2"
  replications = {
    products        = { source_bucket = "weatherline-prod-products-444455556666", destination_bucket = "weatherline-dr-products-444455556666" }
    vault-snapshots = { source_bucket = "weatherline-prod-vault-snapshots-444455556666", destination_bucket = "weatherline-dr-vault-snapshots-444455556666" }
  }
  alarm_emails = ["platform@example.com"]
}

run "a_copy_that_is_behind_is_told" {
  command = plan
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.behind : alarm.metric_name == "ReplicationLatency" && alarm.statistic == "Maximum" && alarm.threshold == 900 && alarm.comparison_operator == "GreaterThanThreshold"]) && length(aws_cloudwatch_metric_alarm.behind) == 2
    error_message = "More than 15 minutes behind, and nobody hears of it."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.behind["products"].dimensions == tomap({ SourceBucket = "weatherline-prod-products-444455556666", DestinationBucket = "weatherline-dr-products-444455556666", RuleId = "everything" })
    error_message = "The alarm looks at another replication than ../bucket/replication makes."
  }
  assert {
    condition     = aws_sns_topic_subscription.email["platform@example.com"].protocol == "email" && jsondecode(aws_sns_topic_policy.this.policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "444455556666"
    error_message = "Nobody hears, or others may speak."
  }
  assert {
    condition     = length(aws_route53_record.primary) == 0 && length(aws_route53_health_check.primary) == 0
    error_message = "Without failover no name is touched."
  }
}

run "failover_has_two_ends" {
  command = plan
  variables {
    failover = {
      domain    = "weather.example.com"
      zone_id   = "Z1"
      primary   = { dns_name = "a.us-east-2.elb.amazonaws.com", zone_id = "Z2" }
      secondary = { dns_name = "b.us-west-2.elb.amazonaws.com", zone_id = "Z3" }
    }
  }
  assert {
    condition     = aws_route53_record.primary[0].failover_routing_policy[0].type == "PRIMARY" && aws_route53_record.secondary[0].failover_routing_policy[0].type == "SECONDARY" && aws_route53_health_check.primary[0].port == 443
    error_message = "The name goes over when the primary does not answer."
  }
}

run "the_same_region_is_refused" {
  command = plan
  variables {
    primary_region = "us-west-2"
  }
  expect_failures = [aws_sns_topic.this]
}

run "odd_input_is_refused" {
  command = plan
  variables {
    replications = {}
    alarm_emails = ["nobody"]
  }
  expect_failures = [var.replications, var.alarm_emails]
}
