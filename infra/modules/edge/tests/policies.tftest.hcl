variables {
  zone_arn     = "arn:aws:route53:::hostedzone/Z0123456789"
  domain       = "weather.example.com"
  cluster_name = "weatherline-prod"
  account_id   = "444455556666"
  region       = "us-east-2"
  # Read by the module above this one only.
  name            = "weatherline-prod"
  zone_name       = "example.com"
  log_kms_key_arn = "arn:aws:kms:us-east-2:444455556666:key/logs"
}

run "every_change_of_the_controller_names_its_cluster" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition     = [for s in jsondecode(output.json["aws-load-balancer-controller"]).Statement : s.Sid if contains(s.Resource, "*")] == ["Look"]
    error_message = "Something but looking is allowed on everything."
  }
  assert {
    condition = alltrue(flatten([for s in jsondecode(output.json["aws-load-balancer-controller"]).Statement : [for action in s.Action :
      s.Sid != "Look" || length(regexall("^[a-z0-9]+:(Describe|Get|List)[A-Za-z]+$", action)) == 1
    ]]))
    error_message = "Look changes something."
  }
  assert {
    condition = { for s in jsondecode(output.json["aws-load-balancer-controller"]).Statement : s.Sid => s.Condition.StringEquals if can(s.Condition) } == {
      FirstLoadBalancer = { "iam:AWSServiceName" = "elasticloadbalancing.amazonaws.com" }
      MakeOwnGroup      = { "aws:RequestTag/elbv2.k8s.aws/cluster" = "weatherline-prod" }
      TagNewGroup       = { "aws:RequestTag/elbv2.k8s.aws/cluster" = "weatherline-prod", "ec2:CreateAction" = "CreateSecurityGroup" }
      TagOwnGroups      = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = "weatherline-prod" }
      ChangeOwnGroups   = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = "weatherline-prod" }
      ReachPods         = { "aws:ResourceTag/kubernetes.io/cluster/weatherline-prod" = "owned" }
      MakeBalancers     = { "aws:RequestTag/elbv2.k8s.aws/cluster" = "weatherline-prod" }
      TagNewBalancers = {
        "aws:RequestTag/elbv2.k8s.aws/cluster" = "weatherline-prod"
        "elasticloadbalancing:CreateAction"    = ["CreateListener", "CreateLoadBalancer", "CreateRule", "CreateTargetGroup"]
      }
      TagOwnBalancers    = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = "weatherline-prod" }
      ChangeOwnBalancers = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = "weatherline-prod" }
    }
    error_message = "A statement is bound to another cluster, or to none."
  }
  assert {
    condition     = [for s in jsondecode(output.json["aws-load-balancer-controller"]).Statement : s.Sid if !can(s.Condition)] == ["Look", "MakeGroup", "Firewall"]
    error_message = "Another statement has no condition."
  }
  assert {
    condition     = !anytrue(flatten([for json in values(output.json) : [for s in jsondecode(json).Statement : [for action in s.Action : strcontains(action, "*")]]]))
    error_message = "An action is a pattern."
  }
  assert {
    condition     = alltrue([for json in values(output.json) : length(json) < 10240])
    error_message = "IAM takes 10,240 characters of inline policy."
  }
}

# Who may put the tag on what is there makes it his own; who may take it off hides it.
run "the_tag_that_says_whose_it_is_stays" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition = alltrue([for s in jsondecode(output.json["aws-load-balancer-controller"]).Statement :
      try(s.Condition["ForAllValues:StringNotEquals"]["aws:TagKeys"], []) == ["elbv2.k8s.aws/cluster"]
      || can(s.Condition.StringEquals["ec2:CreateAction"]) || can(s.Condition.StringEquals["elasticloadbalancing:CreateAction"])
      if length(setintersection(s.Action, ["ec2:CreateTags", "ec2:DeleteTags", "elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"])) > 0
    ])
    error_message = "The cluster's tag can be put on, or taken off, what is there."
  }
}

run "what_controller_3_asks_is_there" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition = length(setsubtract([
      "ec2:GetSecurityGroupsForVpc", "ec2:DescribeRouteTables", "elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:ModifyListenerAttributes",
      "elasticloadbalancing:DescribeCapacityReservation", "elasticloadbalancing:SetRulePriorities", "elasticloadbalancing:DescribeSSLPolicies",
      "elasticloadbalancing:RemoveListenerCertificates", "iam:CreateServiceLinkedRole", "wafv2:AssociateWebACL", "elasticloadbalancing:SetWebAcl",
    ], flatten([for s in jsondecode(output.json["aws-load-balancer-controller"]).Statement : s.Action]))) == 0
    error_message = "The controller would stop at AccessDenied."
  }
  assert {
    condition     = length([for action in flatten([for s in jsondecode(output.json["aws-load-balancer-controller"]).Statement : s.Action]) : action if length(regexall("^(waf-regional|shield|cognito-idp):", action)) > 0]) == 0
    error_message = "What README.md says is switched off is allowed."
  }
}

run "names_are_changed_in_one_zone_and_no_others" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition = jsonencode([for s in jsondecode(output.json["external-dns"]).Statement : [s.Resource, s.Condition] if s.Sid == "KeepNames"]) == jsonencode([[
      ["arn:aws:route53:::hostedzone/Z0123456789"],
      { "ForAllValues:StringEquals" = {
        "route53:ChangeResourceRecordSetsNormalizedRecordNames" = ["weather.example.com", "a-weather.example.com", "aaaa-weather.example.com", "cname-weather.example.com"]
        "route53:ChangeResourceRecordSetsRecordTypes"           = ["A", "AAAA", "CNAME", "TXT"]
      } },
    ]])
    error_message = "external-dns changes other names: ${output.json["external-dns"]}"
  }
  assert {
    condition = jsonencode([for s in jsondecode(output.json["cert-manager"]).Statement : [s.Resource, s.Condition] if s.Sid == "AnswerChallenge"]) == jsonencode([[
      ["arn:aws:route53:::hostedzone/Z0123456789"],
      {
        "ForAllValues:StringEquals" = { "route53:ChangeResourceRecordSetsRecordTypes" = ["TXT"] }
        "ForAllValues:StringLike"   = { "route53:ChangeResourceRecordSetsNormalizedRecordNames" = ["_acme-challenge.*"] }
      },
    ]])
    error_message = "cert-manager changes more than answers to challenges: ${output.json["cert-manager"]}"
  }
  assert {
    condition = alltrue(flatten([for name in ["external-dns", "cert-manager"] : [for s in jsondecode(output.json[name]).Statement :
      contains(s.Resource, "*") ? s.Sid == "FindZone" && alltrue([for action in s.Action : startswith(action, "route53:List")]) : true
    ]]))
    error_message = "Only finding the zone names every zone."
  }
}

run "another_partition_has_its_own_arns" {
  command = plan
  module {
    source = "./policies"
  }
  variables {
    partition = "aws-cn"
    region    = "cn-north-1"
    zone_arn  = "arn:aws-cn:route53:::hostedzone/Z0123456789"
  }

  assert {
    condition     = !anytrue([for json in values(output.json) : strcontains(json, "arn:aws:")])
    error_message = "An ARN is of another partition."
  }
}

run "every_zone_is_refused" {
  command = plan
  module {
    source = "./policies"
  }
  variables {
    zone_arn = "arn:aws:route53:::hostedzone/*"
  }
  expect_failures = [var.zone_arn]
}
