# The AWS Load Balancer Controller 3 with ALBs of Ingresses and targets by IP. What it leaves out of the policy that the project
# publishes, and the flags that switch those parts off, is in ../README.md.
locals {
  elb = "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}"
  ec2 = "arn:${var.partition}:ec2:${var.region}:${var.account_id}"

  tag    = "elbv2.k8s.aws/cluster"
  owned  = { "aws:ResourceTag/${local.tag}" = var.cluster_name }
  asked  = { "aws:RequestTag/${local.tag}" = var.cluster_name }
  groups = ["${local.ec2}:security-group/*"]

  balancers = ["${local.elb}:loadbalancer/app/*", "${local.elb}:targetgroup/*"]
  listeners = ["${local.elb}:listener/app/*", "${local.elb}:listener-rule/app/*"]

  # Reads of these services know no resource.
  controller_reads = [
    { Sid = "Look", Effect = "Allow", Resource = ["*"], Action = [
      "acm:DescribeCertificate", "acm:ListCertificates", "ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances", "ec2:DescribeInternetGateways", "ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVpcs", "ec2:GetSecurityGroupsForVpc", "elasticloadbalancing:DescribeCapacityReservation",
      "elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:DescribeListenerCertificates", "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancerAttributes", "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeSSLPolicies", "elasticloadbalancing:DescribeTags", "elasticloadbalancing:DescribeTargetGroupAttributes",
      "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
    ] },
  ]

  # An account's first load balancer needs the service's own role. The service's name is the same in every partition.
  controller_role = [{
    Sid       = "FirstLoadBalancer"
    Effect    = "Allow"
    Action    = ["iam:CreateServiceLinkedRole"]
    Resource  = ["arn:${var.partition}:iam::${var.account_id}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing"]
    Condition = { StringEquals = { "iam:AWSServiceName" = "elasticloadbalancing.amazonaws.com" } }
  }]

  controller_groups = [
    # The network itself carries no tag of the request: it is the group that does.
    { Sid = "MakeGroup", Effect = "Allow", Action = ["ec2:CreateSecurityGroup"], Resource = ["${local.ec2}:vpc/*"] },
    { Sid = "MakeOwnGroup", Effect = "Allow", Action = ["ec2:CreateSecurityGroup"], Resource = local.groups, Condition = { StringEquals = local.asked } },
    {
      Sid       = "TagNewGroup"
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = local.groups
      Condition = { StringEquals = merge(local.asked, { "ec2:CreateAction" = "CreateSecurityGroup" }) }
    },
    {
      Sid      = "TagOwnGroups"
      Effect   = "Allow"
      Action   = ["ec2:CreateTags", "ec2:DeleteTags"]
      Resource = local.groups
      # All tags but the one that says whose it is.
      Condition = { StringEquals = local.owned, "ForAllValues:StringNotEquals" = { "aws:TagKeys" = [local.tag] } }
    },
    {
      Sid       = "ChangeOwnGroups"
      Effect    = "Allow"
      Action    = ["ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupIngress"]
      Resource  = local.groups
      Condition = { StringEquals = local.owned }
    },
    # Load balancers reach pods through the cluster's group, which EKS made and tagged: the controller keeps a rule there.
    {
      Sid       = "ReachPods"
      Effect    = "Allow"
      Action    = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
      Resource  = local.groups
      Condition = { StringEquals = { "aws:ResourceTag/kubernetes.io/cluster/${var.cluster_name}" = "owned" } }
    },
  ]

  controller_balancers = [
    {
      Sid       = "MakeBalancers"
      Effect    = "Allow"
      Action    = ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"]
      Resource  = local.balancers
      Condition = { StringEquals = local.asked }
    },
    # Only as they are made: whoever may put the cluster's tag on what is there makes it his own.
    {
      Sid      = "TagNewBalancers"
      Effect   = "Allow"
      Action   = ["elasticloadbalancing:AddTags"]
      Resource = concat(local.balancers, local.listeners)
      Condition = { StringEquals = merge(local.asked, {
        "elasticloadbalancing:CreateAction" = ["CreateListener", "CreateLoadBalancer", "CreateRule", "CreateTargetGroup"]
      }) }
    },
    {
      Sid       = "TagOwnBalancers"
      Effect    = "Allow"
      Action    = ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"]
      Resource  = concat(local.balancers, local.listeners)
      Condition = { StringEquals = local.owned, "ForAllValues:StringNotEquals" = { "aws:TagKeys" = [local.tag] } }
    },
    # A listener is asked of its load balancer, a rule of its listener, and all three carry the tag.
    {
      Sid       = "ChangeOwnBalancers"
      Effect    = "Allow"
      Condition = { StringEquals = local.owned }
      Resource  = concat(local.balancers, local.listeners)
      Action = [
        "elasticloadbalancing:AddListenerCertificates", "elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateRule",
        "elasticloadbalancing:DeleteListener", "elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteRule",
        "elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:ModifyListenerAttributes", "elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:ModifyRule",
        "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes", "elasticloadbalancing:RegisterTargets",
        "elasticloadbalancing:RemoveListenerCertificates", "elasticloadbalancing:SetIpAddressType", "elasticloadbalancing:SetRulePriorities",
        "elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets", "elasticloadbalancing:SetWebAcl",
      ]
    },
    # That it is the cluster's own load balancer is asked by SetWebAcl above, without which neither succeeds.
    {
      Sid    = "Firewall"
      Effect = "Allow"
      Action = ["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL", "wafv2:GetWebACL", "wafv2:GetWebACLForResource"]
      Resource = [
        "${local.elb}:loadbalancer/app/*",
        "arn:${var.partition}:wafv2:${var.region}:${var.account_id}:regional/webacl/${var.cluster_name}/*",
      ]
    },
  ]

  controller = concat(local.controller_reads, local.controller_role, local.controller_groups, local.controller_balancers)
}
