data "aws_partition" "this" {}

# Karpenter makes only what carries the cluster's tag, and touches only what carries it.
locals {
  partition = data.aws_partition.this.partition
  # EC2 goes by another name in China; EventBridge (interruption.tf) by the same everywhere.
  ec2_service = "ec2.${data.aws_partition.this.dns_suffix}"
  iam         = "arn:${local.partition}:iam::${var.account_id}"
  ec2         = "arn:${local.partition}:ec2:${var.region}"
  cluster_arn = "arn:${local.partition}:eks:${var.region}:${var.account_id}:cluster/${var.name}"
  node_role   = "${local.iam}:role/${var.name}-karpenter-node"
  queue_arn   = "arn:${local.partition}:sqs:${var.region}:${var.account_id}:${var.name}-karpenter"

  made    = [for kind in ["fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request"] : "${local.ec2}:*:${kind}/*"]
  profile = "${local.iam}:instance-profile/*"

  asked = { "aws:RequestTag/kubernetes.io/cluster/${var.name}" = "owned", "aws:RequestTag/eks:eks-cluster-name" = var.name }
  owned = { "aws:ResourceTag/kubernetes.io/cluster/${var.name}" = "owned" }

  launch_statements = [
    {
      Sid    = "LaunchFromWhatThereIs"
      Effect = "Allow"
      Action = ["ec2:RunInstances", "ec2:CreateFleet"]
      # Images and snapshots are public, and belong to no account.
      Resource = [
        for what in [":image", ":snapshot", "*:security-group", "*:subnet", "*:capacity-reservation", "*:placement-group"] :
        "${local.ec2}:${what}/*"
      ]
    },
    {
      Sid       = "LaunchFromOwnTemplates"
      Effect    = "Allow"
      Action    = ["ec2:RunInstances", "ec2:CreateFleet"]
      Resource  = "${local.ec2}:*:launch-template/*"
      Condition = { StringEquals = local.owned, StringLike = { "aws:ResourceTag/karpenter.sh/nodepool" = "*" } }
    },
    {
      Sid       = "LaunchUnderOwnTags"
      Effect    = "Allow"
      Action    = ["ec2:RunInstances", "ec2:CreateFleet", "ec2:CreateLaunchTemplate"]
      Resource  = local.made
      Condition = { StringEquals = local.asked, StringLike = { "aws:RequestTag/karpenter.sh/nodepool" = "*" } }
    },
    {
      Sid    = "TagAtLaunch"
      Effect = "Allow"
      Action = "ec2:CreateTags"
      # Once they exist, only "TagOwnInstances" tags them.
      Resource = local.made
      Condition = {
        StringEquals = merge(local.asked, { "ec2:CreateAction" = ["RunInstances", "CreateFleet", "CreateLaunchTemplate"] })
        StringLike   = { "aws:RequestTag/karpenter.sh/nodepool" = "*" }
      }
    },
    {
      Sid      = "TagOwnInstances"
      Effect   = "Allow"
      Action   = "ec2:CreateTags"
      Resource = "${local.ec2}:*:instance/*"
      Condition = {
        StringEquals                = local.owned
        StringLike                  = { "aws:ResourceTag/karpenter.sh/nodepool" = "*" }
        StringEqualsIfExists        = { "aws:RequestTag/eks:eks-cluster-name" = var.name }
        "ForAllValues:StringEquals" = { "aws:TagKeys" = ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"] }
      }
    },
    {
      Sid       = "DeleteOwn"
      Effect    = "Allow"
      Action    = ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"]
      Resource  = ["${local.ec2}:*:instance/*", "${local.ec2}:*:launch-template/*"]
      Condition = { StringEquals = local.owned, StringLike = { "aws:ResourceTag/karpenter.sh/nodepool" = "*" } }
    },
  ]

  # AWS takes no narrower resource for any of these.
  read_statements = [
    {
      Sid    = "ReadTheRegion"
      Effect = "Allow"
      Action = [
        "ec2:DescribeCapacityReservations", "ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstanceTypeOfferings", "ec2:DescribeInstanceTypes", "ec2:DescribeLaunchTemplates",
        "ec2:DescribePlacementGroups", "ec2:DescribeSecurityGroups", "ec2:DescribeSpotPriceHistory", "ec2:DescribeSubnets",
      ]
      Resource  = "*"
      Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
    },
    { Sid = "ReadPrices", Effect = "Allow", Action = "pricing:GetProducts", Resource = "*" },
    { Sid = "ReadProfiles", Effect = "Allow", Action = "iam:ListInstanceProfiles", Resource = "*" },
    {
      Sid       = "ReadZonalShift"
      Effect    = "Allow"
      Action    = "arc-zonal-shift:GetManagedResource"
      Resource  = "*"
      Condition = { StringEquals = { "arc-zonal-shift:ResourceIdentifier" = local.cluster_arn } }
    },
    { Sid = "ReadImages", Effect = "Allow", Action = "ssm:GetParameter", Resource = "arn:${local.partition}:ssm:${var.region}::parameter/aws/service/*" },
    { Sid = "ReadCluster", Effect = "Allow", Action = "eks:DescribeCluster", Resource = local.cluster_arn },
    { Sid = "HearOfInterruptions", Effect = "Allow", Action = ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"], Resource = local.queue_arn },
  ]

  profile_statements = [
    {
      Sid       = "PassTheNodeRole"
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = local.node_role
      Condition = { StringEquals = { "iam:PassedToService" = local.ec2_service } }
    },
    {
      Sid    = "MakeProfiles"
      Effect = "Allow"
      Action = "iam:CreateInstanceProfile"
      Condition = {
        StringEquals = merge(local.asked, { "aws:RequestTag/topology.kubernetes.io/region" = var.region })
        StringLike   = { "aws:RequestTag/karpenter.k8s.aws/ec2nodeclass" = "*" }
      }
      Resource = local.profile
    },
    {
      Sid    = "TagOwnProfiles"
      Effect = "Allow"
      Action = "iam:TagInstanceProfile"
      Condition = {
        StringEquals = merge(local.asked, local.owned, {
          "aws:RequestTag/topology.kubernetes.io/region"  = var.region
          "aws:ResourceTag/topology.kubernetes.io/region" = var.region
        })
        StringLike = {
          "aws:RequestTag/karpenter.k8s.aws/ec2nodeclass"  = "*"
          "aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass" = "*"
        }
      }
      Resource = local.profile
    },
    {
      Sid    = "ChangeOwnProfiles"
      Effect = "Allow"
      Action = ["iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"]
      Condition = {
        StringEquals = merge(local.owned, { "aws:ResourceTag/topology.kubernetes.io/region" = var.region })
        StringLike   = { "aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass" = "*" }
      }
      Resource = local.profile
    },
    { Sid = "ReadProfile", Effect = "Allow", Action = "iam:GetInstanceProfile", Resource = local.profile },
  ]

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.launch_statements, local.profile_statements, local.read_statements)
  })
}
