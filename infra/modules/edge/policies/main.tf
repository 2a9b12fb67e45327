locals {
  elb   = "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}"
  ec2   = "arn:${var.partition}:ec2:${var.region}:${var.account_id}"
  owned = { StringEquals = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = var.cluster_name } }
  made  = { StringEquals = { "aws:RequestTag/elbv2.k8s.aws/cluster" = var.cluster_name } }

  # Reads of these services know no resource.
  controller = [
    { Sid = "Look", Effect = "Allow", Resource = ["*"], Action = [
      "acm:DescribeCertificate", "acm:ListCertificates", "ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances", "ec2:DescribeInternetGateways", "ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVpcs", "elasticloadbalancing:DescribeCapacityReservation",
      "elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:DescribeListenerCertificates", "elasticloadbalancing:DescribeListeners",
      "elasticloadbalancing:DescribeLoadBalancerAttributes", "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeRules",
      "elasticloadbalancing:DescribeTags", "elasticloadbalancing:DescribeTargetGroupAttributes", "elasticloadbalancing:DescribeTargetGroups",
      "elasticloadbalancing:DescribeTargetHealth", "wafv2:GetWebACL", "wafv2:GetWebACLForResource",
    ] },
    { Sid = "MakeGroup", Effect = "Allow", Action = ["ec2:CreateSecurityGroup"], Resource = ["${local.ec2}:vpc/*"] },
    { Sid = "MakeOwnGroup", Effect = "Allow", Action = ["ec2:CreateSecurityGroup"], Resource = ["${local.ec2}:security-group/*"], Condition = local.made },
    { Sid = "TagNewGroup", Effect = "Allow", Action = ["ec2:CreateTags"], Resource = ["${local.ec2}:security-group/*"], Condition = {
      StringEquals = { "ec2:CreateAction" = "CreateSecurityGroup", "aws:RequestTag/elbv2.k8s.aws/cluster" = var.cluster_name }
    } },
    { Sid = "ChangeOwnGroups", Effect = "Allow", Condition = local.owned, Resource = ["${local.ec2}:security-group/*"], Action = [
      "ec2:AuthorizeSecurityGroupIngress", "ec2:DeleteSecurityGroup", "ec2:RevokeSecurityGroupIngress",
    ] },
    { Sid = "MakeBalancers", Effect = "Allow", Condition = local.made, Action = [
      "elasticloadbalancing:AddTags", "elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup",
    ], Resource = ["${local.elb}:loadbalancer/app/*", "${local.elb}:targetgroup/*"] },
    { Sid = "ChangeOwnBalancers", Effect = "Allow", Condition = local.owned, Action = [
      "elasticloadbalancing:AddListenerCertificates", "elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateRule", "elasticloadbalancing:DeleteListener",
      "elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteRule", "elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:DeregisterTargets",
      "elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:ModifyRule",
      "elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes", "elasticloadbalancing:RegisterTargets",
      "elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags", "elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets", "elasticloadbalancing:SetWebAcl",
    ], Resource = ["${local.elb}:loadbalancer/app/*", "${local.elb}:targetgroup/*", "${local.elb}:listener/app/*", "${local.elb}:listener-rule/app/*"] },
    { Sid = "TagNewListeners", Effect = "Allow", Action = ["elasticloadbalancing:AddTags"], Condition = local.made,
    Resource = ["${local.elb}:listener/app/*", "${local.elb}:listener-rule/app/*"] },
    { Sid = "Firewall", Effect = "Allow", Action = ["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"], Resource = [
      "${local.elb}:loadbalancer/app/*", "arn:${var.partition}:wafv2:${var.region}:${var.account_id}:regional/webacl/${var.cluster_name}/*",
    ] },
  ]

  find_zone = { Sid = "FindZone", Effect = "Allow", Action = ["route53:ListHostedZones", "route53:ListHostedZonesByName", "route53:ListTagsForResources"], Resource = ["*"] }
  external_dns = [
    local.find_zone,
    { Sid = "KeepNames", Effect = "Allow", Action = ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"], Resource = [var.zone_arn] },
  ]
  cert_manager = [
    local.find_zone,
    { Sid = "SeeChange", Effect = "Allow", Action = ["route53:GetChange"], Resource = ["arn:${var.partition}:route53:::change/*"] },
    { Sid = "ListNames", Effect = "Allow", Action = ["route53:ListResourceRecordSets"], Resource = [var.zone_arn] },
    { Sid = "AnswerChallenge", Effect = "Allow", Action = ["route53:ChangeResourceRecordSets"], Resource = [var.zone_arn], Condition = {
      "ForAllValues:StringEquals" = { "route53:ChangeResourceRecordSetsRecordTypes" = ["TXT"] }
    } },
  ]
  statements = { "aws-load-balancer-controller" = local.controller, "external-dns" = local.external_dns, "cert-manager" = local.cert_manager }
}

output "json" {
  description = "Policy documents by service account."
  value       = { for name, statements in local.statements : name => jsonencode({ Version = "2012-10-17", Statement = statements }) }
}
