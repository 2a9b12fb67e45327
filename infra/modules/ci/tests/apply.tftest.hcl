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
