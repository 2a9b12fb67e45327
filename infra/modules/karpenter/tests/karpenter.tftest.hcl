provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name         = "weatherline-test"
  account_id   = "111122223333"
  region       = "us-east-2"
  cluster_name = "weatherline-test"
  oidc = {
    provider_arn = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.us-east-2.amazonaws.com/id/EXAMPLE"
    issuer       = "https://oidc.eks.us-east-2.amazonaws.com/id/EXAMPLE"
  }
}

run "the_controller_touches_only_what_carries_its_clusters_tag" {
  command = plan

  assert {
    condition = alltrue([
      for s in jsondecode(output.policy).Statement : s.Condition.StringEquals["aws:ResourceTag/kubernetes.io/cluster/weatherline-test"] == "owned"
      if contains(["LaunchFromOwnTemplates", "TagOwnInstances", "DeleteOwn", "TagOwnProfiles", "ChangeOwnProfiles"], s.Sid)
    ])
    error_message = "Something of others may be changed."
  }
  assert {
    condition = alltrue([
      for s in jsondecode(output.policy).Statement : s.Condition.StringEquals["aws:RequestTag/kubernetes.io/cluster/weatherline-test"] == "owned"
      if contains(["LaunchUnderOwnTags", "TagAtLaunch", "MakeProfiles", "TagOwnProfiles"], s.Sid)
    ])
    error_message = "Something may be made without the cluster's tag."
  }
  assert {
    condition     = [for s in jsondecode(output.policy).Statement : s.Sid if contains(flatten([s.Action]), "ec2:TerminateInstances")] == ["DeleteOwn"]
    error_message = "Another statement terminates instances."
  }
  assert {
    condition     = toset([for s in jsondecode(output.policy).Statement : s.Sid if contains(flatten([s.Resource]), "*")]) == toset(["ReadTheRegion", "ReadPrices", "ReadProfiles", "ReadZonalShift"])
    error_message = "Something but reading is allowed on everything."
  }
  assert {
    condition     = !anytrue(flatten([for s in jsondecode(output.policy).Statement : [for a in flatten([s.Action]) : strcontains(a, "*")]]))
    error_message = "An action is a pattern."
  }
  assert {
    condition = [for s in jsondecode(output.policy).Statement : [s.Resource, s.Condition.StringEquals["iam:PassedToService"]] if s.Sid == "PassTheNodeRole"] == [
      ["arn:aws:iam::111122223333:role/weatherline-test-karpenter-node", "ec2.amazonaws.com"]
    ]
    error_message = "Another role is passed, or to another service."
  }
  assert {
    condition     = length(output.policy) < 10240
    error_message = "IAM takes 10,240 characters of inline policy."
  }
}

# Statement by statement what Karpenter 1.14 documents for its controller, under names of our own.
run "the_controller_may_do_what_karpenter_1_14_asks" {
  command = plan

  assert {
    condition = jsonencode({ for s in jsondecode(output.policy).Statement : s.Sid => sort(flatten([s.Action])) }) == jsonencode({
      LaunchFromWhatThereIs  = ["ec2:CreateFleet", "ec2:RunInstances"]
      LaunchFromOwnTemplates = ["ec2:CreateFleet", "ec2:RunInstances"]
      LaunchUnderOwnTags     = ["ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:RunInstances"]
      TagAtLaunch            = ["ec2:CreateTags"]
      TagOwnInstances        = ["ec2:CreateTags"]
      DeleteOwn              = ["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"]
      PassTheNodeRole        = ["iam:PassRole"]
      MakeProfiles           = ["iam:CreateInstanceProfile"]
      TagOwnProfiles         = ["iam:TagInstanceProfile"]
      ChangeOwnProfiles      = ["iam:AddRoleToInstanceProfile", "iam:DeleteInstanceProfile", "iam:RemoveRoleFromInstanceProfile"]
      ReadProfile            = ["iam:GetInstanceProfile"]
      ReadProfiles           = ["iam:ListInstanceProfiles"]
      ReadPrices             = ["pricing:GetProducts"]
      ReadZonalShift         = ["arc-zonal-shift:GetManagedResource"]
      ReadImages             = ["ssm:GetParameter"]
      ReadCluster            = ["eks:DescribeCluster"]
      HearOfInterruptions    = ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
      ReadTheRegion = [
        "ec2:DescribeCapacityReservations", "ec2:DescribeImages", "ec2:DescribeInstanceStatus", "ec2:DescribeInstanceTypeOfferings",
        "ec2:DescribeInstanceTypes", "ec2:DescribeInstances", "ec2:DescribeLaunchTemplates", "ec2:DescribePlacementGroups",
        "ec2:DescribeSecurityGroups", "ec2:DescribeSpotPriceHistory", "ec2:DescribeSubnets",
      ]
    })
    error_message = "The controller may do more or less."
  }
}

run "china_has_another_name_for_ec2_and_the_same_for_events" {
  command = plan
  override_data {
    target = data.aws_partition.this
    values = { partition = "aws-cn", dns_suffix = "amazonaws.com.cn" }
  }

  assert {
    condition     = jsondecode(aws_iam_role.node.assume_role_policy).Statement[0].Principal.Service == "ec2.amazonaws.com.cn"
    error_message = "No instance takes the nodes' role."
  }
  assert {
    condition     = [for s in jsondecode(output.policy).Statement : s.Condition.StringEquals["iam:PassedToService"] if s.Sid == "PassTheNodeRole"] == ["ec2.amazonaws.com.cn"]
    error_message = "The nodes' role cannot be passed."
  }
  assert {
    condition     = jsondecode(output.queue_policy).Statement[0].Principal.Service == "events.amazonaws.com" && !strcontains(output.policy, "arn:aws:")
    error_message = "Notices are kept out, or an ARN is of another partition."
  }
}

run "nodes_join_and_pull_and_nothing_else" {
  command = plan

  assert {
    condition     = aws_iam_role.node.name == "weatherline-test-karpenter-node" && module.controller.role_name == "weatherline-test-karpenter"
    error_message = "The node class names another role."
  }
  assert {
    condition     = toset(keys(aws_iam_role_policy_attachment.node)) == toset(["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"])
    error_message = "Nodes may do more."
  }
  assert {
    condition     = aws_eks_access_entry.node.type == "EC2_LINUX"
    error_message = "Nodes are not let in as nodes."
  }
  assert {
    condition     = jsondecode(module.controller.trust).Statement[0].Condition.StringEquals["oidc.eks.us-east-2.amazonaws.com/id/EXAMPLE:sub"] == "system:serviceaccount:kube-system:karpenter"
    error_message = "Another service account is the controller."
  }
}

run "five_kinds_of_notice_reach_the_queue" {
  command = plan

  assert {
    condition = toset(flatten([for r in aws_cloudwatch_event_rule.this : jsondecode(r.event_pattern).detail-type])) == toset([
      "AWS Health Event", "EC2 Spot Instance Interruption Warning", "EC2 Instance Rebalance Recommendation",
      "EC2 Instance State-change Notification", "EC2 Capacity Reservation Instance Interruption Warning",
    ])
    error_message = "A notice is missed."
  }
  assert {
    condition     = length(aws_cloudwatch_event_target.this) == 5 && aws_sqs_queue.this.name == "weatherline-test-karpenter"
    error_message = "A rule has no target, or the policy names another queue."
  }
  assert {
    condition     = aws_sqs_queue.this.message_retention_seconds == 300 && aws_sqs_queue.this.sqs_managed_sse_enabled
    error_message = "Notices are kept too long, or in the clear."
  }
  assert {
    condition = toset(jsondecode(output.queue_policy).Statement[0].Condition.ArnEquals["aws:SourceArn"]) == toset([
      for rule in aws_cloudwatch_event_rule.this : "arn:aws:events:us-east-2:111122223333:rule/${rule.name}"
    ])
    error_message = "A rule is kept out, or another is let in."
  }
  assert {
    condition     = jsondecode(output.queue_policy).Statement[1].Effect == "Deny" && jsondecode(output.queue_policy).Statement[1].Condition.Bool["aws:SecureTransport"] == "false"
    error_message = "Plain HTTP is let in."
  }
}

run "odd_names_and_accounts_are_refused" {
  command = plan
  variables {
    name       = "*"
    account_id = "1111"
  }
  expect_failures = [var.name, var.account_id]
}
