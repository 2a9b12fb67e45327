provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name       = "weatherline-prod"
  account_id = "444455556666"
  region     = "us-east-2"
  vpc_id     = "vpc-1"
  subnet_id  = "subnet-a"
  vpc_cidr   = "10.0.0.0/16"
  ami_id     = "ami-0123456789abcdef0"
}

run "off_by_default" {
  command = plan
  assert {
    condition     = length(aws_instance.this) == 0 && length(aws_security_group.this) == 0 && length(aws_iam_role.this) == 0 && length(aws_kms_key.this) == 0 && length(aws_ssm_document.shell) == 0 && length(aws_cloudwatch_log_group.sessions) == 0
    error_message = "Nothing is made until it is asked for."
  }
}

run "no_key_no_address_no_way_in" {
  command = plan
  variables {
    enabled = true
  }
  assert {
    condition     = !aws_instance.this[0].associate_public_ip_address && aws_instance.this[0].metadata_options[0].http_tokens == "required" && aws_instance.this[0].metadata_options[0].http_put_response_hop_limit == 1 && aws_instance.this[0].root_block_device[0].encrypted
    error_message = "The host has no public address, IMDSv2 and an encrypted disk."
  }
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_egress_rule.https : rule.from_port == 443 && rule.to_port == 443 && rule.ip_protocol == "tcp"])
    error_message = "HTTPS goes out, and nothing else."
  }
}

run "the_api_takes_the_hosts_calls" {
  command = plan
  variables {
    enabled = true
    api     = { security_group_id = "sg-cluster" }
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.api[0].security_group_id == "sg-cluster" && aws_vpc_security_group_ingress_rule.api[0].from_port == 443 && aws_vpc_security_group_ingress_rule.api[0].to_port == 443 && aws_vpc_security_group_ingress_rule.api[0].cidr_ipv4 == null
    error_message = "The API answers others, or not the host."
  }
}

run "with_endpoints_nothing_leaves_the_vpc" {
  command = plan
  variables {
    enabled         = true
    internet_egress = false
  }
  assert {
    condition     = [for rule in aws_vpc_security_group_egress_rule.https : rule.cidr_ipv4] == ["10.0.0.0/16"]
    error_message = "The host reaches the internet."
  }
}

run "a_shell_is_recorded_under_a_key_for_a_time" {
  command = plan
  variables {
    enabled = true
  }
  assert {
    condition     = aws_ssm_document.shell[0].document_type == "Session" && aws_ssm_document.shell[0].name == "weatherline-prod-access-shell"
    error_message = "The document is none of a session."
  }
  assert {
    condition     = aws_cloudwatch_log_group.sessions[0].name == "/aws/ssm/weatherline-prod-access" && aws_cloudwatch_log_group.sessions[0].retention_in_days == 365 && aws_kms_key.this[0].enable_key_rotation
    error_message = "The log lies elsewhere or for ever, or its key does not rotate."
  }
}

run "account_and_region_need_not_be_given" {
  command = plan
  variables {
    enabled    = true
    account_id = null
    region     = null
  }
  assert {
    condition     = length(aws_cloudwatch_log_group.sessions) == 1 && length(aws_kms_key.this) == 1 && length(aws_iam_role_policy.this) == 1
    error_message = "Nothing would record what is done on the host."
  }
}

run "odd_times_and_accounts_are_refused" {
  command = plan
  variables {
    account_id         = "1"
    region             = "Ohio"
    session_minutes    = 1440
    log_retention_days = 1
  }
  expect_failures = [var.account_id, var.region, var.session_minutes, var.log_retention_days]
}

run "an_image_without_a_pin_is_refused" {
  command = plan
  variables {
    ami_id = "latest"
  }
  expect_failures = [var.ami_id]
}
