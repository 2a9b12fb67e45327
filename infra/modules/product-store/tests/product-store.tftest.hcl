provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name       = "weatherline-test"
  account_id = "111122223333"
  region     = "us-east-2"
}

run "the_store_is_named_as_the_manifests_say" {
  command = plan

  assert {
    condition     = output.bucket_arn == "arn:aws:s3:::weatherline-test-products-111122223333"
    error_message = "BUCKET of cluster-config.env is another."
  }
  assert {
    condition     = aws_kms_alias.this.name == "alias/weatherline-test-products" && aws_kms_key.this.enable_key_rotation && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "The key has another name, does not rotate, or goes too soon."
  }
  assert {
    condition     = jsondecode(aws_kms_key.this.policy).Statement[0].Principal == { AWS = "arn:aws:iam::111122223333:root" } && length(jsondecode(aws_kms_key.this.policy).Statement) == 1
    error_message = "The key is for others."
  }
  assert {
    condition     = length(module.replication) == 0
    error_message = "Products are copied without being asked for."
  }
}

run "writes_without_a_condition_and_old_links_are_denied" {
  command = plan

  assert {
    condition = { for s in jsondecode(output.statements) : s.Sid => s.Condition } == {
      DenyUnconditionalWrites = {
        Null = { "s3:if-none-match" = "true", "s3:if-match" = "true" }
        Bool = { "s3:ObjectCreationOperation" = "true" }
      }
      DenyOldLinks = {
        NumericGreaterThan = { "s3:signatureAge" = "900000" }
        StringEquals       = { "s3:authType" = "REST-QUERY-STRING" }
      }
    }
    error_message = "The bucket policy demands something else: ${output.statements}"
  }
  assert {
    condition     = alltrue([for s in jsondecode(output.statements) : s.Effect == "Deny" && s.Principal == "*" && s.Resource == "${output.bucket_arn}/*"])
    error_message = "Somebody or something is spared."
  }
}

run "writes_come_through_the_endpoint_when_there_is_one" {
  command = plan
  variables {
    write_endpoint = { id = "vpce-1" }
  }

  assert {
    condition = [for s in jsondecode(output.statements) : [s.Action, s.Condition.StringNotEquals["aws:SourceVpce"]] if s.Sid == "DenyWritesFromElsewhere"] == [
      ["s3:PutObject", "vpce-1"]
    ]
    error_message = "Writes come from elsewhere, or links of readers are refused too."
  }
}

run "products_are_copied_when_a_replica_is_named" {
  command = plan
  variables {
    replica = { bucket_arn = "arn:aws:s3:::r", kms_key_arn = "arn:aws:kms:us-west-2:111122223333:key/r", region = "us-west-2" }
  }

  assert {
    condition     = length(module.replication) == 1
    error_message = "Products are not copied."
  }
}

run "odd_names_and_accounts_are_refused" {
  command = plan
  variables {
    name       = "Weatherline"
    account_id = "1"
  }
  expect_failures = [var.name, var.account_id]
}
