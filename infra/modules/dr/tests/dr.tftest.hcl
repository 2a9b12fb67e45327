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
  replica_keys   = { vault = "arn:aws:kms:us-east-2:444455556666:key/mrk-1234" }
}

run "cold_keeps_data_and_keys" {
  command = plan
  assert {
    condition     = output.replica.bucket_arn == "arn:aws:s3:::weatherline-dr-products-replica-444455556666" && output.replica.region == "us-west-2" && aws_kms_key.products[0].enable_key_rotation
    error_message = "Products are kept in the other region under a key that rotates."
  }
  assert {
    condition     = aws_kms_replica_key.this["vault"].primary_key_arn == var.replica_keys.vault && aws_kms_alias.replica["vault"].name == "alias/weatherline-dr-vault"
    error_message = "Vault finds its key by the name that the manifests have."
  }
  assert {
    condition     = length(aws_route53_record.primary) == 0 && length(aws_route53_health_check.primary) == 0
    error_message = "Without failover no name is touched."
  }
}

run "a_store_of_the_region_receives_the_products_itself" {
  command = plan
  variables {
    product_store = { bucket_arn = "arn:aws:s3:::weatherline-dr-products-444455556666", kms_key_arn = "arn:aws:kms:us-west-2:444455556666:key/products" }
  }
  assert {
    condition = output.replica == {
      bucket_arn  = "arn:aws:s3:::weatherline-dr-products-444455556666"
      kms_key_arn = "arn:aws:kms:us-west-2:444455556666:key/products"
      region      = "us-west-2"
    } && length(module.bucket) == 0 && length(aws_kms_key.products) == 0
    error_message = "Products are copied to a bucket that nothing reads."
  }
}

run "keys_and_their_replicas_are_the_accounts" {
  command = plan
  assert {
    condition     = jsondecode(aws_kms_replica_key.this["vault"].policy).Statement[0].Principal.AWS == "arn:aws:iam::444455556666:root" && length(jsondecode(aws_kms_key.products[0].policy).Statement) == 1
    error_message = "Others use the keys."
  }
}

run "the_record_waits_for_the_second_load_balancer" {
  command = plan
  variables {
    failover = {
      domain  = "weather.example.com"
      zone_id = "Z1"
      primary = { dns_name = "a.us-east-2.elb.amazonaws.com", zone_id = "Z2" }
    }
  }
  assert {
    condition     = length(aws_route53_record.primary) == 1 && length(aws_route53_record.secondary) == 0 && aws_route53_record.primary[0].alias[0].evaluate_target_health
    error_message = "A name leads nowhere, or to targets that are ill."
  }
}

run "a_failover_to_itself_is_refused" {
  command = plan
  variables {
    failover = {
      domain    = "weather.example.com"
      zone_id   = "Z1"
      primary   = { dns_name = "a.us-east-2.elb.amazonaws.com", zone_id = "Z2" }
      secondary = { dns_name = "a.us-east-2.elb.amazonaws.com", zone_id = "Z2" }
    }
  }
  expect_failures = [var.failover]
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
  expect_failures = [output.replica]
}

run "a_key_of_one_region_is_refused" {
  command = plan
  variables {
    replica_keys = { vault = "arn:aws:kms:us-east-2:444455556666:key/1234" }
  }
  expect_failures = [var.replica_keys]
}
