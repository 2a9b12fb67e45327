provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name            = "weatherline-test"
  namespace       = "weatherline"
  service_account = "upload"
  oidc = {
    provider_arn = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/EXAMPLE"
    issuer       = "https://oidc.eks.us-east-2.amazonaws.com/id/EXAMPLE"
  }
  policy = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/weather-products/*\"}]}" }
}

run "a_trusted_role_is_named_exactly_and_needs_its_own_right_too" {
  command = plan
  variables {
    trusted_roles = ["arn:aws:iam::111122223333:role/weatherline-test-keda-operator"]
  }

  assert {
    condition     = jsondecode(output.trust).Statement[0].Condition.StringEquals["oidc.eks.us-east-2.amazonaws.com/id/EXAMPLE:sub"] == "system:serviceaccount:weatherline:upload"
    error_message = "The service account itself is out."
  }
  assert {
    condition = jsonencode(jsondecode(output.trust).Statement[1]) == jsonencode({
      Sid       = "TrustedRole1"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:root" }
      Action    = "sts:AssumeRole"
      Condition = { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/weatherline-test-keda-operator" } }
    })
    error_message = "Somebody else takes the role: ${output.trust}"
  }
  assert {
    condition     = length(jsondecode(output.trust).Statement) == 2
    error_message = "There is another way in."
  }
}

run "two_trusted_roles_are_two_statements" {
  command = plan
  variables {
    trusted_roles = ["arn:aws:iam::111122223333:role/b", "arn:aws:iam::111122223333:role/path/a"]
  }

  assert {
    condition     = length(distinct([for s in jsondecode(output.trust).Statement : s.Sid])) == 3
    error_message = "IAM refuses a Sid that is there twice."
  }
  assert {
    condition = [for s in jsondecode(output.trust).Statement : s.Condition.ArnEquals["aws:PrincipalArn"] if s.Action == "sts:AssumeRole"] == [
      "arn:aws:iam::111122223333:role/b", "arn:aws:iam::111122223333:role/path/a",
    ]
    error_message = "A role is missing, or one too many is trusted."
  }
}

run "patterns_of_roles_are_refused" {
  command = plan
  variables {
    trusted_roles = ["arn:aws:iam::111122223333:role/*"]
  }
  expect_failures = [var.trusted_roles]
}

run "a_whole_account_is_refused" {
  command = plan
  variables {
    trusted_roles = ["arn:aws:iam::111122223333:root"]
  }
  expect_failures = [var.trusted_roles]
}
