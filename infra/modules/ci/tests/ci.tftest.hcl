provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name          = "weatherline-prod"
  environment   = "prod"
  account_id    = "444455556666"
  region        = "us-east-2"
  repository    = "weatherline/weatherline"
  state_bucket  = "weatherline-tfstate-444455556666"
  state_key_arn = "arn:aws:kms:us-east-2:444455556666:key/state"
  state_prefix  = "prod/"
}

run "roles_believe_one_repository" {
  command = plan

  assert {
    condition     = toset([for role in aws_iam_role.this : role.name]) == toset(["weatherline-prod-ci-plan", "weatherline-prod-ci-apply", "weatherline-prod-ci-push"])
    error_message = "There are three roles by their names."
  }
  assert {
    condition = alltrue([for role in aws_iam_role.this : alltrue([for s in jsondecode(role.assume_role_policy).Statement :
      toset(keys(s.Condition)) == toset(["StringEquals"])
      && s.Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
      && alltrue([for subject in s.Condition.StringEquals["token.actions.githubusercontent.com:sub"] : startswith(subject, "repo:weatherline/weatherline:") && !strcontains(subject, "*")])
      && s.Principal.Federated == "arn:aws:iam::444455556666:oidc-provider/token.actions.githubusercontent.com"
    ])])
    error_message = "Each trust policy compares audience and subject to the letter."
  }
  assert {
    condition     = jsondecode(aws_iam_role.this["apply"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:weatherline/weatherline:environment:prod"]
    error_message = "Only a job behind the environment's gate applies."
  }
  assert {
    condition     = !strcontains(aws_iam_role.this["push"].assume_role_policy, "pull_request") && !strcontains(aws_iam_role.this["apply"].assume_role_policy, "pull_request")
    error_message = "A pull request neither pushes nor applies."
  }
  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 1 && aws_iam_openid_connect_provider.github[0].client_id_list == toset(["sts.amazonaws.com"])
    error_message = "GitHub's provider has one audience."
  }
}

run "plan_writes_the_lock_and_nothing_else" {
  command = plan

  assert {
    condition = alltrue([for s in jsondecode(aws_iam_role_policy.this["plan"].policy).Statement :
      s.Sid == "LockState"
      ? s.Resource == ["arn:aws:s3:::weatherline-tfstate-444455556666/prod/*.tflock"]
      : length(setintersection(s.Action, ["s3:PutObject", "s3:DeleteObject"])) == 0
    ])
    error_message = "A plan's only writing is its lock."
  }
  assert {
    condition = [for s in jsondecode(output.policies.plan).Statement : s.Sid if s.Effect == "Allow" && contains(try(s.Resource, []), "*")] == ["ReadCacheRules"] && alltrue(flatten([
      for s in jsondecode(output.policies.plan).Statement : [for r in s.Resource : !strcontains(r, "tfstate") || r == "arn:aws:s3:::weatherline-tfstate-444455556666" || startswith(r, "arn:aws:s3:::weatherline-tfstate-444455556666/prod/")]
      if s.Effect == "Allow"
    ]))
    error_message = "A plan reads this environment's state and no other."
  }
  assert {
    condition     = [for s in jsondecode(output.policies.plan).Statement : s.Condition.StringLike["s3:prefix"] if s.Sid == "ListState"] == [["prod/*"]]
    error_message = "A plan lists states of others."
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy_attachment.plan[0].policy_arn, "Administrator") && !strcontains(aws_iam_role_policy_attachment.plan_view[0].policy_arn, "Administrator")
    error_message = "A plan is no administrator."
  }
}

# A pull request's own code runs with it.
run "plan_opens_no_secret_whatever_aws_adds_to_its_lists" {
  command = plan

  assert {
    condition = { for s in jsondecode(output.policies.plan).Statement : s.Sid => try(s.NotResource, s.Resource) if s.Effect == "Deny" } == {
      NoSecrets           = ["*"]
      NoParametersButAwss = ["arn:aws:ssm:*::parameter/aws/service/*"]
      NoOtherObjects      = ["arn:aws:s3:::weatherline-tfstate-444455556666/prod/*"]
      NoOtherKeys         = ["arn:aws:kms:us-east-2:444455556666:key/state"]
    }
    error_message = "Something that holds secrets is open."
  }
  assert {
    condition = length(setsubtract(
      ["secretsmanager:GetSecretValue", "ssm:GetParameter", "s3:GetObject", "kms:Decrypt", "logs:GetLogEvents", "lambda:GetFunctionConfiguration", "sts:AssumeRole"],
      flatten([for s in jsondecode(output.policies.plan).Statement : s.Action if s.Effect == "Deny"]),
    )) == 0
    error_message = "A way to a secret is forgotten."
  }
}

run "plan_reads_what_awss_lists_leave_out" {
  command = plan

  assert {
    condition = length(setsubtract(
      ["budgets:ViewBudget", "ce:GetAnomalyMonitors", "ce:GetAnomalySubscriptions", "ecr:DescribePullThroughCacheRules", "fis:GetExperimentTemplate", "sns:GetSubscriptionAttributes"],
      flatten([for s in jsondecode(output.policies.plan).Statement : s.Action if s.Effect == "Allow"]),
    )) == 0
    error_message = "A plan would stop at AccessDenied."
  }
}

run "apply_makes_no_key_and_leaves_its_own_roles" {
  command = plan

  assert {
    condition     = alltrue([for s in jsondecode(output.policies.apply).Statement : s.Effect == "Deny" && !can(s.Condition)])
    error_message = "The inline document of apply only takes away, and always."
  }
  assert {
    condition = { for s in jsondecode(output.policies.apply).Statement : s.Sid => try(s.Resource, { all_but = s.NotResource }) } == {
      NoUsersAndNoKeys      = ["*"]
      NoChangeOfItself      = ["arn:aws:iam::444455556666:role/*-ci-*", "arn:aws:iam::444455556666:role/*-ci"]
      NoRolesOfOthers       = { all_but = ["arn:aws:iam::444455556666:role/weatherline-prod-*", "arn:aws:iam::444455556666:role/aws-service-role/*"] }
      NoOtherWayIn          = { all_but = ["arn:aws:iam::444455556666:oidc-provider/oidc.eks.*"] }
      NoChangeOfTheBoundary = ["arn:aws:iam::444455556666:policy/weatherline-prod-ci-boundary"]
      NoSilence             = ["*"]
      NoLossOfState         = ["arn:aws:s3:::weatherline-tfstate-444455556666", "arn:aws:s3:::weatherline-tfstate-444455556666/*"]
      NoStateOfOthers       = [for key in ["bootstrap.tfstate", "dev/", "dr/", "global/", "staging/"] : "arn:aws:s3:::weatherline-tfstate-444455556666/${key}*"]
      NoLossOfTheStatesKey  = ["arn:aws:kms:us-east-2:444455556666:key/state"]
    }
    error_message = "A denial is gone, or is of something else."
  }
  assert {
    condition = length(setsubtract(
      ["iam:CreateAccessKey", "iam:CreateUser", "iam:UpdateAssumeRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePermissionsBoundary", "cloudtrail:StopLogging", "s3:DeleteObjectVersion", "kms:ScheduleKeyDeletion", "kms:PutKeyPolicy"],
      flatten([for s in jsondecode(output.policies.apply).Statement : s.Action]),
    )) == 0
    error_message = "No long-lived key, no wider trust, no silence, no lost state."
  }
  assert {
    condition     = length(output.policies.apply) < 10240 && length(output.policies.boundary) < 6144
    error_message = "IAM takes 10,240 characters of inline policy and 6,144 of a managed one."
  }
}

run "behind_the_boundary_no_role_gives_rights" {
  command = plan

  assert {
    condition     = aws_iam_policy.boundary[0].name == "weatherline-prod-ci-boundary" && output.boundary_arn == "arn:aws:iam::444455556666:policy/weatherline-prod-ci-boundary" && aws_iam_policy.boundary[0].policy == output.policies.boundary
    error_message = "Roles name another boundary."
  }
  assert {
    condition = { for s in jsondecode(output.policies.boundary).Statement : s.Sid => s.Effect } == {
      WhatItsPoliciesSay = "Allow", GiveNoRights = "Deny", NotThePipeline = "Deny", NoState = "Deny", NoStatesKey = "Deny", NoSilence = "Deny",
    }
    error_message = "The boundary lets something through."
  }
  assert {
    condition = length(setsubtract(
      ["iam:CreateRole", "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePermissionsBoundary", "iam:CreateAccessKey", "iam:CreatePolicyVersion", "iam:CreateOpenIDConnectProvider"],
      flatten([for s in jsondecode(output.policies.boundary).Statement : s.Action if s.Sid == "GiveNoRights"]),
    )) == 0
    error_message = "A role behind the boundary makes another that is not."
  }
  # What Karpenter and the load balancer controller have from their own policies.
  assert {
    condition     = length(setintersection(["iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile", "iam:CreateServiceLinkedRole"], flatten([for s in jsondecode(output.policies.boundary).Statement : s.Action if s.Effect == "Deny"]))) == 0
    error_message = "Controllers cannot do their work."
  }
}

run "with_boundaries_asked_for_apply_gives_rights_to_no_other_role" {
  command = plan
  variables {
    roles_need_boundary = true
  }

  assert {
    condition = jsonencode([for s in jsondecode(output.policies.apply).Statement : [s.Resource, s.Condition] if s.Sid == "RolesHaveTheBoundary"]) == jsonencode([[
      ["arn:aws:iam::444455556666:role/weatherline-prod-*"],
      { StringNotEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::444455556666:policy/weatherline-prod-ci-boundary" } },
    ]])
    error_message = "A role without the boundary is given rights."
  }
  assert {
    condition     = [for s in jsondecode(output.policies.apply).Statement : s.Action if s.Sid == "NoRoleLosesIt"] == [["iam:DeleteRolePermissionsBoundary"]]
    error_message = "The boundary comes off."
  }
}

run "names_of_roles_can_be_others" {
  command = plan
  variables {
    role_prefixes = ["weatherline-dr-", "weatherline-prod-"]
  }

  assert {
    condition     = contains([for s in jsondecode(output.policies.apply).Statement : s.NotResource if s.Sid == "NoRolesOfOthers"][0], "arn:aws:iam::444455556666:role/weatherline-dr-*")
    error_message = "A role of the environment cannot be made."
  }
}

run "every_role_is_no_prefix" {
  command = plan
  variables {
    role_prefixes = ["*"]
  }
  expect_failures = [var.role_prefixes]
}

run "a_repository_is_known_by_its_ids_too" {
  command = plan
  variables {
    repository = "weatherline@123456/weatherline@456789"
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["apply"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == ["repo:weatherline@123456/weatherline@456789:environment:prod"]
    error_message = "GitHub's immutable subjects are not met."
  }
}

run "china_has_another_audience" {
  command = plan
  variables {
    partition = "aws-cn"
    region    = "cn-north-1"
  }

  assert {
    condition     = jsondecode(aws_iam_role.this["push"].assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com.cn" && !strcontains(output.policies.push, "arn:aws:")
    error_message = "Tokens that are asked for China are refused, or an ARN is of another partition."
  }
}

run "push_writes_the_named_repositories" {
  command = plan

  assert {
    condition = { for s in jsondecode(aws_iam_role_policy.this["push"].policy).Statement : s.Sid => s.Resource } == {
      LogIn = ["*"]
      PushImages = [for name in ["cli", "fetch", "gateway", "secrets-init", "transform", "upload", "vault-admin"] :
        "arn:aws:ecr:us-east-2:444455556666:repository/weatherline/${name}"
      ]
    }
    error_message = "push knows the seven images; only the log-in has no resource."
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.this["push"].policy, "Delete") && jsondecode(aws_iam_role_policy.this["push"].policy).Statement[0].Action == ["ecr:GetAuthorizationToken"]
    error_message = "push deletes nothing."
  }
}

run "a_second_environment_uses_the_accounts_provider" {
  command = plan
  variables {
    create_oidc_provider = false
    roles                = ["plan"]
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0 && length(aws_iam_role.this) == 1 && length(aws_iam_role_policy_attachment.apply) == 0 && length(aws_iam_policy.boundary) == 0
    error_message = "Only what is asked for is made."
  }
  assert {
    condition     = jsondecode(aws_iam_role.this["plan"].assume_role_policy).Statement[0].Principal.Federated == "arn:aws:iam::444455556666:oidc-provider/token.actions.githubusercontent.com" && output.boundary_arn == null
    error_message = "The role believes another provider than bootstrap's."
  }
}

run "any_repository_is_refused" {
  command = plan
  variables {
    repository = "weatherline/*"
  }
  expect_failures = [var.repository]
}

run "any_image_is_refused" {
  command = plan
  variables {
    repositories = ["*"]
  }
  expect_failures = [var.repositories]
}

run "an_environment_with_a_wildcard_is_refused" {
  command = plan
  variables {
    environment = "*"
  }
  expect_failures = [var.environment]
}

run "a_role_that_nobody_knows_is_refused" {
  command = plan
  variables {
    roles = ["admin"]
  }
  expect_failures = [var.roles]
}

run "the_whole_bucket_is_no_prefix" {
  command = plan
  variables {
    state_prefix = ""
  }
  expect_failures = [var.state_prefix]
}
