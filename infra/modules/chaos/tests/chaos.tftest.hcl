provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name           = "weatherline-staging"
  account_id     = "222233334444"
  region         = "us-east-2"
  stop_alarm_arn = "arn:aws:cloudwatch:us-east-2:222233334444:alarm:gateway"
}

run "one_spot_node_of_this_clusters_general_pool" {
  command = plan

  assert {
    condition = { for s in jsondecode(output.policies.spot).Statement : s.Sid => s.Condition.StringEquals if can(s.Condition) } == {
      Interrupt = { "aws:ResourceTag/eks:eks-cluster-name" = "weatherline-staging", "aws:ResourceTag/karpenter.sh/nodepool" = "general" }
    }
    error_message = "Nodes of other clusters or pools are interrupted."
  }
  assert {
    condition     = { for tag in one(aws_fis_experiment_template.this.target).resource_tag : tag.key => tag.value } == { "eks:eks-cluster-name" = "weatherline-staging", "karpenter.sh/nodepool" = "general" }
    error_message = "The template aims at nodes that its role may not touch."
  }
  assert {
    condition     = one(aws_fis_experiment_template.this.target).selection_mode == "COUNT(1)"
    error_message = "More than one node goes at once."
  }
  assert {
    condition     = alltrue([for s in jsondecode(output.policies.spot).Statement : !contains(s.Resource, "*") || alltrue([for action in s.Action : strcontains(action, ":Describe")])])
    error_message = "Something but looking is allowed on everything."
  }
}

run "fis_alone_takes_the_role_for_experiments_of_this_account" {
  command = plan

  assert {
    condition = jsonencode(jsondecode(aws_iam_role.this.assume_role_policy).Statement) == jsonencode([{
      Sid       = "Experiments"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "fis.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = "222233334444" }
        ArnLike      = { "aws:SourceArn" = "arn:aws:fis:us-east-2:222233334444:experiment/*" }
      }
    }])
    error_message = "Another may take the role."
  }
}

run "an_alarm_stops_each_experiment" {
  command = plan
  variables {
    pods = { cluster_name = "weatherline-staging" }
  }

  assert {
    condition = alltrue([for template in [aws_fis_experiment_template.this, aws_fis_experiment_template.pods[0]] :
      [for stop in template.stop_condition : [stop.source, stop.value]] == [["aws:cloudwatch:alarm", var.stop_alarm_arn]]
    ])
    error_message = "An experiment goes on whatever happens."
  }
}

run "no_pod_is_deleted_by_default" {
  command = plan

  assert {
    condition     = length(aws_fis_experiment_template.pods) == 0 && length(aws_iam_role.pods) == 0 && length(aws_eks_access_entry.pods) == 0 && output.pods_template_id == null
    error_message = "An experiment that nobody asked for is there."
  }
}

run "half_of_the_gateways_are_deleted_with_rights_of_the_namespace" {
  command = plan
  variables {
    pods = { cluster_name = "weatherline-staging" }
  }

  assert {
    condition = one(aws_fis_experiment_template.pods[0].target).parameters == tomap({
      clusterIdentifier = "arn:aws:eks:us-east-2:222233334444:cluster/weatherline-staging"
      namespace         = "weatherline"
      selectorType      = "labelSelector"
      selectorValue     = "app.kubernetes.io/name=gateway"
    }) && one(aws_fis_experiment_template.pods[0].target).selection_mode == "PERCENT(50)"
    error_message = "Other pods, or too many, are deleted."
  }
  assert {
    condition     = { for p in one(aws_fis_experiment_template.pods[0].action).parameter : p.key => p.value } == { fisPodSecurityPolicy = "restricted", kubernetesServiceAccount = "fis" }
    error_message = "The namespace refuses the experiment's pod, or it runs as another."
  }
  assert {
    condition     = aws_eks_access_entry.pods[0].user_name == "fis-experiment" && aws_eks_access_entry.pods[0].type == "STANDARD"
    error_message = "The RoleBinding names another user."
  }
  assert {
    condition = { for s in jsondecode(output.policies.pods).Statement : s.Sid => [s.Action, s.Resource] } == {
      ReachCluster = [["eks:DescribeCluster"], ["arn:aws:eks:us-east-2:222233334444:cluster/weatherline-staging"]]
      Find         = [["ec2:DescribeSubnets", "tag:GetResources"], ["*"]]
    }
    error_message = "The experiment may do more in AWS."
  }
}

run "another_cluster_is_refused" {
  command = plan
  variables {
    pods = { cluster_name = "weatherline-prod" }
  }
  expect_failures = [aws_eks_access_entry.pods]
}

run "all_pods_at_once_are_refused" {
  command = plan
  variables {
    pods = { cluster_name = "weatherline-staging", percent = 100 }
  }
  expect_failures = [var.pods]
}

run "a_pattern_of_pods_is_refused" {
  command = plan
  variables {
    pods = { cluster_name = "weatherline-staging", selector = "app in (gateway, vault)" }
  }
  expect_failures = [var.pods]
}

run "a_user_of_the_system_is_refused" {
  command = plan
  variables {
    pods = { cluster_name = "weatherline-staging", user = "system:masters" }
  }
  expect_failures = [var.pods]
}

run "no_stop_is_refused" {
  command = plan
  variables {
    stop_alarm_arn = "none"
  }
  expect_failures = [var.stop_alarm_arn]
}
