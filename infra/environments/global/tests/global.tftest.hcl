provider "aws" {
  region                      = "us-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

run "zones_of_other_accounts_are_delegated" {
  command = plan

  assert {
    condition     = { for name, record in aws_route53_record.delegation : name => record.type } == { "dev.example.com" = "NS", "staging.example.com" = "NS" }
    error_message = "A zone below is not delegated."
  }
  assert {
    condition     = aws_route53_record.authorities.type == "CAA" && contains(aws_route53_record.authorities.records, "0 issue \"amazon.com\"")
    error_message = "Any authority could make certificates, or ACM could not."
  }
}

run "a_zone_that_is_not_below_is_refused" {
  command = plan
  variables {
    delegations = { "dev.example.org" = ["ns-1.example.net", "ns-2.example.net"] }
  }
  expect_failures = [aws_route53_record.delegation["dev.example.org"]]
}

run "one_name_server_is_refused" {
  command = plan
  variables {
    delegations = { "dev.example.com" = ["ns-1.example.net"] }
  }
  expect_failures = [var.delegations]
}

run "a_zone_with_a_dot_at_its_end_is_refused" {
  command = plan
  variables {
    zone_name = "example.com."
  }
  expect_failures = [var.zone_name]
}
