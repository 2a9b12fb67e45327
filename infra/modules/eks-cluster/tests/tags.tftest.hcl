provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true

  default_tags {
    tags = { environment = "test" }
  }
}

override_data {
  target = data.aws_eks_cluster_versions.this
  values = { cluster_versions = [{ cluster_version = "1.35", end_of_standard_support_date = "2199-01-01T00:00:00Z" }] }
}

variables {
  name                     = "weatherline-test"
  account_id               = "111122223333"
  region                   = "us-east-2"
  control_plane_subnet_ids = ["subnet-1", "subnet-2"]
  node_subnet_ids          = ["subnet-3", "subnet-4"]
}

run "nodes_their_volumes_and_interfaces_bear_the_environments_tag" {
  command = plan

  assert {
    condition = { for s in aws_launch_template.system.tag_specifications : s.resource_type => s.tags } == {
      for type in ["instance", "volume", "network-interface"] : type => tomap({ environment = "test", Name = "weatherline-test-system" })
    }
    error_message = "A budget of the environment does not count its nodes."
  }
}
