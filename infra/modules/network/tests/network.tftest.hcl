provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = data.aws_availability_zones.this
  values = { names = ["us-east-2c", "us-east-2a", "us-east-2b"] }
}

variables {
  name     = "weatherline-test"
  region   = "us-east-2"
  cidr     = "10.0.0.0/16"
  flow_log = { bucket_arn = "arn:aws:s3:::weatherline-test-flow-logs-111122223333" }
}

run "subnets_divide_the_network_as_the_manifests_expect" {
  command = plan

  assert {
    condition     = output.public_subnet_cidrs == ["10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20"]
    error_message = "NetworkPolicies name other public subnets."
  }
  assert {
    condition     = output.private_subnet_cidrs == ["10.0.64.0/19", "10.0.96.0/19", "10.0.128.0/19"]
    error_message = "Private subnets moved."
  }
  assert {
    condition     = [for zone in output.zones : aws_subnet.intra[zone].cidr_block] == ["10.0.48.0/28", "10.0.48.16/28", "10.0.48.32/28"]
    error_message = "Subnets of the control plane moved."
  }
  assert {
    condition     = join(" ", output.zones) == "us-east-2a us-east-2b us-east-2c"
    error_message = "Zones are not in order: subnets would move when AWS lists them otherwise."
  }
  assert {
    condition     = toset(data.aws_availability_zones.this.exclude_zone_ids) == toset(var.disallowed_zone_ids)
    error_message = "Zones without EKS are not left out."
  }
}

run "nodes_are_found_only_in_private_subnets" {
  command = plan

  assert {
    condition     = alltrue([for s in aws_subnet.private : s.tags["karpenter.sh/discovery"] == "weatherline-test" && s.tags["kubernetes.io/role/internal-elb"] == "1"])
    error_message = "Karpenter does not find the private subnets."
  }
  assert {
    condition     = alltrue([for s in aws_subnet.public : !contains(keys(s.tags), "karpenter.sh/discovery") && s.tags["kubernetes.io/role/elb"] == "1" && !s.map_public_ip_on_launch])
    error_message = "Nodes could start in a public subnet, or get a public address."
  }
  assert {
    condition     = alltrue([for s in aws_subnet.intra : keys(s.tags) == tolist(["Name"])])
    error_message = "Something finds the control plane's subnets by a tag."
  }
}

run "one_nat_gateway_serves_every_zone_by_default" {
  command = plan

  assert {
    condition     = keys(aws_nat_gateway.this) == ["us-east-2a"] && length(aws_route.private_default) == 3
    error_message = "There are other NAT gateways, or a zone has no way out."
  }
  assert {
    condition     = alltrue([for r in aws_route.private_default : r.destination_cidr_block == "0.0.0.0/0"])
    error_message = "A private route differs."
  }
}

run "a_nat_gateway_in_each_zone_when_asked" {
  command = plan
  variables {
    nat_mode = "per_az"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 3 && length(aws_eip.nat) == 3
    error_message = "A zone has no NAT gateway of its own."
  }
}

run "two_zones_leave_the_third_block_free" {
  command = plan
  variables {
    az_count = 2
  }

  assert {
    condition     = length(aws_subnet.private) == 2 && output.private_subnet_cidrs == ["10.0.64.0/19", "10.0.96.0/19"] && length(output.public_subnet_cidrs) == 3
    error_message = "Blocks depend on the number of zones."
  }
}

run "s3_is_reached_privately_and_nothing_else_by_default" {
  command = plan

  assert {
    condition     = aws_vpc_endpoint.s3.service_name == "com.amazonaws.us-east-2.s3" && aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway"
    error_message = "S3 passes the NAT gateway."
  }
  assert {
    condition     = length(aws_vpc_endpoint.interface) == 0 && length(aws_security_group.endpoints) == 0
    error_message = "Interface endpoints that nobody asked for cost money."
  }
}

run "interface_endpoints_open_https_to_the_network_alone" {
  command = plan
  variables {
    interface_endpoints = ["sts", "ecr.api"]
  }

  assert {
    condition     = toset([for e in aws_vpc_endpoint.interface : e.service_name]) == toset(["com.amazonaws.us-east-2.sts", "com.amazonaws.us-east-2.ecr.api"])
    error_message = "Other endpoints."
  }
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.endpoints[0].cidr_ipv4 == "10.0.0.0/16" &&
      aws_vpc_security_group_ingress_rule.endpoints[0].from_port == 443 &&
      aws_vpc_security_group_ingress_rule.endpoints[0].to_port == 443
    )
    error_message = "Endpoints are open to more than HTTPS from the network."
  }
}

run "all_traffic_is_logged" {
  command = plan

  assert {
    condition     = aws_flow_log.this[0].traffic_type == "ALL" && aws_flow_log.this[0].log_destination == var.flow_log.bucket_arn
    error_message = "The flow log misses traffic, or goes elsewhere."
  }
  assert {
    condition     = aws_flow_log.this[0].destination_options[0].file_format == "parquet"
    error_message = "The flow log is not Parquet."
  }
}

run "the_flow_log_is_optional" {
  command = plan
  variables {
    flow_log = null
  }

  assert {
    condition     = length(aws_flow_log.this) == 0
    error_message = "A flow log without a bucket."
  }
}

run "a_network_without_nat_is_refused" {
  command = plan
  variables {
    nat_mode = "none"
  }
  expect_failures = [var.nat_mode]
}

run "other_sizes_zones_and_names_are_refused" {
  command = plan
  variables {
    name                = "Weatherline_Test"
    cidr                = "10.0.0.0/20"
    az_count            = 1
    interface_endpoints = ["s3"]
  }
  expect_failures = [var.name, var.cidr, var.az_count, var.interface_endpoints]
}

run "addresses_of_the_internet_and_patterns_are_refused" {
  command = plan
  variables {
    cidr                = "8.8.0.0/16"
    interface_endpoints = ["*"]
  }
  expect_failures = [var.cidr, var.interface_endpoints]
}

run "a_region_with_too_few_zones_is_refused" {
  command = plan
  override_data {
    target = data.aws_availability_zones.this
    values = { names = ["us-east-2a", "us-east-2b"] }
  }
  expect_failures = [aws_vpc.this]
}
