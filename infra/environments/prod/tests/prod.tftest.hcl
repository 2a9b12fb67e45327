provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

provider "aws" {
  alias                       = "dr"
  region                      = "us-west-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = module.platform.module.network.data.aws_availability_zones.this
  values = { names = ["us-east-2a", "us-east-2b", "us-east-2c"] }
}

override_data {
  target = module.platform.module.edge.data.aws_route53_zone.this
  values = { zone_id = "Z0123456789ABCDEFGHIJ" }
}

override_data {
  target = module.platform.module.cluster.data.aws_eks_cluster_versions.this
  values = { cluster_versions = [{ cluster_version = "1.35", end_of_standard_support_date = "2199-01-01T00:00:00Z" }] }
}

run "its_names_are_those_of_the_manifests" {
  command = plan

  assert {
    condition = {
      for key in ["ENVIRONMENT", "AWS_ACCOUNT_ID", "AWS_REGION", "VPC_CIDR", "API_SERVER_SERVICE_CIDR", "REGISTRY", "VAULT_KMS_ALIAS", "DOMAIN"] :
      key => output.cluster_config[key]
      } == {
      ENVIRONMENT             = "prod"
      AWS_ACCOUNT_ID          = "444455556666"
      AWS_REGION              = "us-east-2"
      VPC_CIDR                = "10.0.0.0/16"
      API_SERVER_SERVICE_CIDR = "172.20.0.1/32"
      REGISTRY                = "444455556666.dkr.ecr.us-east-2.amazonaws.com"
      VAULT_KMS_ALIAS         = "alias/weatherline-prod-vault"
      DOMAIN                  = "weather.example.com"
    }
    error_message = "cluster-config.env would name something else."
  }
  assert {
    condition     = [for index in [1, 2, 3] : output.cluster_config["PUBLIC_SUBNET_CIDR_${index}"]] == ["10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20"]
    error_message = "NetworkPolicies would let in other networks than the load balancer's."
  }
  assert {
    condition     = output.ci_role_arns["apply"] == "arn:aws:iam::444455556666:role/weatherline-prod-ci-apply"
    error_message = "CI takes a role of another name."
  }
  assert {
    condition     = length(module.dr_stores) == 1 && module.dr_stores[0].replica.bucket_arn == "arn:aws:s3:::weatherline-dr-products-444455556666"
    error_message = "Products are copied elsewhere than where dr looks for them."
  }
}

run "force_is_refused" {
  command = plan
  variables {
    force_destroy = true
    vault         = {}
    audit         = {}
  }
  expect_failures = [output.cluster_config]
}

run "experiments_are_refused" {
  command = plan
  variables {
    chaos = true
  }
  expect_failures = [output.cluster_config]
}

run "one_region_alone_is_refused" {
  command = plan
  variables {
    dr = null
  }
  expect_failures = [output.cluster_config]
}
