provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
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

run "the_api_is_private_and_made_for_access_entries_alone" {
  command = plan

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "The API is reached from the internet."
  }
  assert {
    condition = (
      aws_eks_cluster.this.access_config[0].authentication_mode == "API" &&
      !aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions &&
      !aws_eks_cluster.this.bootstrap_self_managed_addons
    )
    error_message = "The cluster is born otherwise, and changing it later would replace it."
  }
  assert {
    condition     = toset(aws_eks_cluster.this.encryption_config[0].resources) == toset(["secrets"])
    error_message = "Secrets are not encrypted by the key."
  }
  assert {
    condition     = aws_eks_cluster.this.upgrade_policy[0].support_type == "STANDARD" && aws_eks_cluster.this.zonal_shift_config[0].enabled
    error_message = "Extended support is paid for, or zonal shift is off."
  }
  assert {
    condition     = aws_eks_cluster.this.enabled_cluster_log_types == toset(["api", "audit", "authenticator"]) && aws_cloudwatch_log_group.this.retention_in_days == 90
    error_message = "Other logs, or kept for another time."
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/eks/weatherline-test/cluster" && output.api_server_service_cidr == "172.20.0.1/32"
    error_message = "EKS writes to another log group, or the manifests name another address of the API."
  }
  assert {
    condition     = aws_iam_openid_connect_provider.this.client_id_list == toset(["sts.amazonaws.com"])
    error_message = "Tokens for others are taken."
  }
  assert {
    condition     = aws_ec2_tag.security_group.key == "karpenter.sh/discovery" && aws_ec2_tag.security_group.value == "weatherline-test"
    error_message = "Karpenter does not find the security group."
  }
}

run "the_key_rotates_and_serves_logs_and_volumes_under_conditions" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.deletion_window_in_days == 30 && aws_kms_alias.this.name == "alias/weatherline-test-cluster"
    error_message = "The key does not rotate, goes too soon, or has another name."
  }
  assert {
    condition     = [for s in jsondecode(output.key_policy).Statement : s.Sid] == ["Account", "LogsOfThisCluster", "VolumesOfThisAccount"]
    error_message = "The key serves others."
  }
  assert {
    condition     = jsondecode(output.key_policy).Statement[1].Condition.ArnEquals["kms:EncryptionContext:aws:logs:arn"] == "arn:aws:logs:us-east-2:111122223333:log-group:/aws/eks/weatherline-test/cluster"
    error_message = "Other log groups may use the key."
  }
  assert {
    condition = jsondecode(output.key_policy).Statement[2].Condition.StringEquals == {
      "kms:CallerAccount" = "111122223333"
      "kms:ViaService"    = "ec2.us-east-2.amazonaws.com"
    }
    error_message = "Others may use the key."
  }
}

run "system_nodes_are_locked_down" {
  command = plan

  assert {
    condition = (
      aws_launch_template.system.metadata_options[0].http_tokens == "required" &&
      aws_launch_template.system.metadata_options[0].http_put_response_hop_limit == 1
    )
    error_message = "A pod may read the node's credentials."
  }
  assert {
    condition     = alltrue([for d in aws_launch_template.system.block_device_mappings : d.ebs[0].encrypted == "true" && d.ebs[0].volume_type == "gp3"])
    error_message = "A volume is not encrypted."
  }
  assert {
    condition = (
      aws_eks_node_group.system.ami_type == "BOTTLEROCKET_ARM_64" && aws_eks_node_group.system.capacity_type == "ON_DEMAND" &&
      length(aws_eks_node_group.system.remote_access) == 0 && aws_eks_node_group.system.node_repair_config[0].enabled
    )
    error_message = "Nodes with a shell, that may be taken away, or that are not repaired."
  }
  assert {
    condition     = one(aws_eks_node_group.system.taint).key == "CriticalAddonsOnly" && one(aws_eks_node_group.system.taint).effect == "NO_SCHEDULE"
    error_message = "Anything runs on system nodes."
  }
  assert {
    condition     = toset(keys(aws_iam_role_policy_attachment.node)) == toset(["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"])
    error_message = "Nodes may do more than join and pull."
  }
  assert {
    condition     = jsondecode(aws_iam_role.node.assume_role_policy).Statement[0].Principal == { Service = "ec2.amazonaws.com" }
    error_message = "Others take the nodes' role."
  }
}

run "add_ons_come_from_aws_and_network_policy_is_on" {
  command = plan
  variables {
    addon_versions = { coredns = "v1.13.1-eksbuild.1" }
  }

  assert {
    condition     = jsondecode(aws_eks_addon.network.configuration_values).enableNetworkPolicy == "true"
    error_message = "NetworkPolicies are not enforced."
  }
  assert {
    condition     = toset(keys(aws_eks_addon.this)) == toset(["kube-proxy", "coredns", "aws-ebs-csi-driver", "snapshot-controller", "metrics-server", "eks-node-monitoring-agent"])
    error_message = "Other add-ons."
  }
  assert {
    condition     = aws_eks_addon.this["coredns"].addon_version == "v1.13.1-eksbuild.1"
    error_message = "A pinned version is not used."
  }
  assert {
    condition     = module.network_role.role_name == "weatherline-test-aws-node" && module.volume_role.role_name == "weatherline-test-ebs-csi-controller-sa"
    error_message = "Add-ons have no roles of their own."
  }
}

run "people_have_what_their_entry_says" {
  command = plan
  variables {
    pod_identity_agent = true
    access = {
      platform   = { principal_arn = "arn:aws:iam::111122223333:role/platform", policy = "AmazonEKSClusterAdminPolicy" }
      developers = { principal_arn = "arn:aws:iam::111122223333:role/developers", policy = "AmazonEKSViewPolicy", namespaces = ["weatherline"] }
    }
  }

  assert {
    condition     = aws_eks_access_policy_association.this["developers"].access_scope[0].type == "namespace" && aws_eks_access_policy_association.this["developers"].access_scope[0].namespaces == toset(["weatherline"])
    error_message = "Developers see other namespaces."
  }
  assert {
    condition     = aws_eks_access_policy_association.this["platform"].policy_arn == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy" && aws_eks_access_policy_association.this["platform"].access_scope[0].type == "cluster"
    error_message = "The platform team is not the administrator."
  }
  assert {
    condition     = alltrue([for e in aws_eks_access_entry.this : e.type == "STANDARD"])
    error_message = "An entry is for machines."
  }
  assert {
    condition     = contains(keys(aws_eks_addon.this), "eks-pod-identity-agent")
    error_message = "The agent does not run."
  }
}

run "a_public_api_is_for_named_networks" {
  command = plan
  variables {
    api_public_cidrs = ["203.0.113.0/24"]
  }

  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access && aws_eks_cluster.this.vpc_config[0].public_access_cidrs == toset(["203.0.113.0/24"])
    error_message = "Others reach the API, or nobody does."
  }
}

run "an_api_open_to_the_world_is_refused" {
  command = plan
  variables {
    api_public_cidrs = ["203.0.113.0/24", "0.0.0.0/0"]
  }
  expect_failures = [var.api_public_cidrs]
}

run "an_old_version_logs_without_audit_and_odd_retention_are_refused" {
  command = plan
  variables {
    kubernetes_version = "1.33"
    log_types          = ["api"]
    log_retention_days = 1
    account_id         = "1"
  }
  expect_failures = [var.kubernetes_version, var.log_types, var.log_retention_days, var.account_id]
}

run "access_of_users_and_editors_of_everything_are_refused" {
  command = plan
  variables {
    access = { somebody = { principal_arn = "arn:aws:iam::111122223333:user/somebody", policy = "AmazonEKSEditPolicy" } }
  }
  expect_failures = [var.access]
}

run "one_node_other_chips_and_unknown_add_ons_are_refused" {
  command = plan
  variables {
    control_plane_subnet_ids = ["subnet-1"]
    system_nodes             = { size = 1, instance_types = ["m7i.large"] }
    addon_versions           = { aws-auth = "v1" }
  }
  expect_failures = [var.control_plane_subnet_ids, var.system_nodes, var.addon_versions]
}

run "a_version_whose_support_ends_soon_is_told" {
  command = plan
  override_data {
    target = data.aws_eks_cluster_versions.this
    values = { cluster_versions = [{ cluster_version = "1.35", end_of_standard_support_date = "2026-01-01T00:00:00Z" }] }
  }
  expect_failures = [check.standard_support]
}
