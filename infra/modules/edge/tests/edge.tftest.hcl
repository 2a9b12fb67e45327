provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name            = "weatherline-prod"
  account_id      = "444455556666"
  region          = "us-east-2"
  zone_name       = "example.com"
  zone_id         = "Z0123456789"
  domain          = "weather.example.com"
  log_kms_key_arn = "arn:aws:kms:us-east-2:444455556666:key/logs"
}

run "names_rules_and_logs" {
  command = plan

  assert {
    condition     = aws_acm_certificate.this.domain_name == "weather.example.com" && output.access_logs_bucket == "weatherline-prod-access-logs-444455556666" && aws_wafv2_web_acl.this.name == "weatherline-prod"
    error_message = "Names are those of cluster-config."
  }
  assert {
    condition = alltrue([for rule in aws_wafv2_web_acl.this.rule : rule.name == "rate"
      ? length(rule.action[0].block) == 1 && rule.statement[0].rate_based_statement[0].limit == 2000
      : length(rule.override_action[0].count) == (rule.name == "AWSManagedRulesAnonymousIpList" ? 1 : 0)
    ]) && length(aws_wafv2_web_acl.this.rule) == 5
    error_message = "Four managed groups and a rate; only AnonymousIp counts."
  }
  assert {
    condition     = aws_cloudwatch_log_group.waf.name == "aws-waf-logs-weatherline-prod" && aws_cloudwatch_log_group.waf.kms_key_id == var.log_kms_key_arn
    error_message = "WAF writes to groups of that name only."
  }
  assert {
    condition     = jsondecode(output.log_delivery_policy).Statement[0].Resource == "arn:aws:s3:::weatherline-prod-access-logs-444455556666/gateway/AWSLogs/444455556666/*" && can(jsondecode(output.log_delivery_policy).Statement[0].Condition.ArnLike["aws:SourceArn"])
    error_message = "Load balancers of this account write below the Ingress's prefix."
  }
}

run "policies_stay_in_zone_and_cluster" {
  command = plan

  assert {
    condition = alltrue(flatten([for json in values(output.policies) : [for s in jsondecode(json).Statement :
      !contains(s.Resource, "*") || contains(["Look", "FindZone"], s.Sid)
    ]]))
    error_message = "Only reads name every resource."
  }
  assert {
    condition = alltrue([for s in jsondecode(output.policies["aws-load-balancer-controller"]).Statement :
      contains(["Look", "MakeGroup", "Firewall"], s.Sid) || anytrue([for tag in ["aws:RequestTag/elbv2.k8s.aws/cluster", "aws:ResourceTag/elbv2.k8s.aws/cluster"] :
        try(s.Condition.StringEquals[tag], null) == "weatherline-prod"
      ])
    ])
    error_message = "The controller changes what carries its cluster's tag."
  }
  assert {
    condition     = alltrue([for name in ["external-dns", "cert-manager"] : alltrue([for s in jsondecode(output.policies[name]).Statement : !contains(s.Action, "route53:ChangeResourceRecordSets") || jsonencode(s.Resource) == jsonencode(["arn:aws:route53:::hostedzone/Z0123456789"])])])
    error_message = "Names are changed in one zone."
  }
}

run "a_domain_elsewhere_is_refused" {
  command = plan
  variables {
    domain = "weather.example.org"
  }
  expect_failures = [aws_acm_certificate.this]
}

run "a_wildcard_domain_is_refused" {
  command = plan
  variables {
    domain = "*.example.com"
  }
  expect_failures = [var.domain]
}

run "no_rate_is_refused" {
  command = plan
  variables {
    rate_limit = 0
  }
  expect_failures = [var.rate_limit]
}
