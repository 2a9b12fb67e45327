provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name      = "weatherline-prod"
  vpc_id    = "vpc-1"
  subnet_id = "subnet-a"
  vpc_cidr  = "10.0.0.0/16"
  ami_id    = "ami-0123456789abcdef0"
}

run "off_by_default" {
  command = plan
  assert {
    condition     = length(aws_instance.this) == 0 && length(aws_security_group.this) == 0 && length(aws_iam_role.this) == 0
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
    condition     = alltrue([for rule in aws_vpc_security_group_egress_rule.https : rule.from_port == 443 && rule.to_port == 443]) && endswith(aws_iam_role_policy_attachment.ssm[0].policy_arn, "/AmazonSSMManagedInstanceCore")
    error_message = "HTTPS out and SSM's core, nothing else."
  }
}

run "an_image_without_a_pin_is_refused" {
  command = plan
  variables {
    ami_id = "latest"
  }
  expect_failures = [var.ami_id]
}
