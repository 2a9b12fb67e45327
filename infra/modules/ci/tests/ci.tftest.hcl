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
