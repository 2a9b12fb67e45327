provider "aws" {
  region                      = "us-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

run "cold_makes_nothing" {
  command = plan

  assert {
    condition     = length(module.platform) == 0 && length(module.store_policies) == 0 && output.cluster_config == null && length(output.roles) == 0
    error_message = "Something would run, and cost."
  }
}

run "a_mode_that_is_none_is_refused" {
  command = plan
  variables {
    dr_mode = "warm"
  }
  expect_failures = [var.dr_mode]
}

run "pilot_light_finds_the_stores_by_their_names" {
  command = plan
  variables {
    dr_mode = "pilot_light"
  }

  override_data {
    target = data.aws_kms_alias.this
    values = { target_key_arn = "arn:aws:kms:us-west-2:444455556666:key/found" }
  }

  override_data {
    target = module.platform[0].module.network.data.aws_availability_zones.this
    values = { names = ["us-west-2a", "us-west-2b", "us-west-2c"] }
  }

  override_data {
    target = module.platform[0].module.edge.data.aws_route53_zone.this
    values = { zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  override_data {
    target = module.platform[0].module.cluster.data.aws_eks_cluster_versions.this
    values = { cluster_versions = [{ cluster_version = "1.35", end_of_standard_support_date = "2199-01-01T00:00:00Z" }] }
  }

  assert {
    condition = {
      for key in ["ENVIRONMENT", "AWS_REGION", "VPC_CIDR", "REGISTRY", "BUCKET", "SNAPSHOT_BUCKET", "VAULT_KMS_ALIAS", "DOMAIN"] :
      key => output.cluster_config[key]
      } == {
      ENVIRONMENT     = "dr"
      AWS_REGION      = "us-west-2"
      VPC_CIDR        = "10.40.0.0/16"
      REGISTRY        = "444455556666.dkr.ecr.us-west-2.amazonaws.com"
      BUCKET          = "weatherline-dr-products-444455556666"
      SNAPSHOT_BUCKET = "weatherline-dr-vault-snapshots-444455556666"
      VAULT_KMS_ALIAS = "alias/weatherline-dr-vault"
      DOMAIN          = "weather.example.com"
    }
    error_message = "cluster-config.env would name something else."
  }
  assert {
    condition     = contains(flatten([for s in jsondecode(module.store_policies[0].json["upload"]).Statement : s.Resource]), "arn:aws:s3:::weatherline-dr-products-444455556666/weather-products/*")
    error_message = "upload would write into another bucket."
  }
  assert {
    condition     = jsondecode(module.vault_policies[0].json["vault"]).Statement[0].Resource == "arn:aws:kms:us-west-2:444455556666:key/found"
    error_message = "Vault would be unsealed by another key."
  }
}
