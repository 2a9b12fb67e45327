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

run "policies_are_of_this_zone_host_and_cluster" {
  command = plan

  assert {
    condition     = toset(keys(output.policies)) == toset(["aws-load-balancer-controller", "external-dns", "cert-manager"])
    error_message = "A service account has no document."
  }
  assert {
    condition     = strcontains(output.policies["external-dns"], "hostedzone/Z0123456789") && strcontains(output.policies["external-dns"], "aaaa-weather.example.com") && strcontains(output.policies["aws-load-balancer-controller"], "weatherline-prod")
    error_message = "The documents are of another zone, host or cluster."
  }
}

run "what_the_log_must_not_hold" {
  command = plan

  assert {
    condition     = toset(flatten([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : field.single_header[*].name])) == toset(["authorization", "cookie"])
    error_message = "The firewall's log holds what callers prove themselves with."
  }
}

run "nobody_asks_from_outside_by_default" {
  command = plan

  assert {
    condition     = length(aws_route53_health_check.this) == 0 && output.health_check_id == null
    error_message = "A health check that nobody asked for costs money."
  }
}

run "the_public_host_is_asked_over_tls_by_its_name" {
  command = plan
  variables {
    health_check = {}
  }

  assert {
    condition = aws_route53_health_check.this[0].fqdn == "weather.example.com" && aws_route53_health_check.this[0].type == "HTTPS" && aws_route53_health_check.this[0].enable_sni && (
      aws_route53_health_check.this[0].resource_path == "/health" && aws_route53_health_check.this[0].request_interval == 30 && aws_route53_health_check.this[0].failure_threshold == 3
    )
    error_message = "The check asks another host, in the clear, or too often."
  }
}

run "a_check_every_second_is_refused" {
  command = plan
  variables {
    health_check = { interval_seconds = 1 }
  }
  expect_failures = [var.health_check]
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
