provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  account_id = "111122223333"
  repository = "example/weatherline"
}

run "the_state_is_kept_where_every_root_looks_for_it" {
  command = plan

  assert {
    condition     = output.state_bucket_arn == "arn:aws:s3:::weatherline-tfstate-111122223333" && aws_kms_alias.state.name == "alias/weatherline-tfstate"
    error_message = "Roots look for the state, or for its key, elsewhere."
  }
  assert {
    condition     = aws_kms_key.state.enable_key_rotation && aws_kms_key.state.deletion_window_in_days == 30
    error_message = "The key does not rotate, or goes too soon."
  }
  assert {
    condition     = [for s in jsondecode(aws_kms_key.state.policy).Statement : s.Principal.AWS] == ["arn:aws:iam::111122223333:root"]
    error_message = "Others use the key."
  }
}

run "only_gated_jobs_of_one_repository_take_the_role" {
  command = plan
  variables {
    github_environments = ["prod", "dev"]
  }

  assert {
    condition = jsonencode(output.ci_trust_condition) == jsonencode({
      StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:sub" = ["repo:example/weatherline:environment:dev", "repo:example/weatherline:environment:prod"]
      }
    })
    error_message = "Others take the role: ${jsonencode(output.ci_trust_condition)}"
  }
  assert {
    condition     = aws_iam_openid_connect_provider.github.client_id_list == toset(["sts.amazonaws.com"]) && aws_iam_openid_connect_provider.github.url == "https://token.actions.githubusercontent.com"
    error_message = "Tokens of others, or for others, are taken."
  }
  assert {
    condition     = aws_iam_role.ci.max_session_duration == 3600 && aws_iam_role.ci.name == "weatherline-ci"
    error_message = "A session outlives an hour, or the role has another name."
  }
}

# The role opens every state of the account: behind dev's gate it would open prod's.
run "by_default_only_the_accounts_own_gate_opens_its_states" {
  command = plan

  assert {
    condition     = jsonencode(output.ci_trust_condition.StringEquals["token.actions.githubusercontent.com:sub"]) == jsonencode(["repo:example/weatherline:environment:global"])
    error_message = "A lower gate opens every state: ${jsonencode(output.ci_trust_condition)}"
  }
}

run "a_repository_is_known_by_its_ids_too" {
  command = plan
  variables {
    repository = "example@123456/weatherline@456789"
  }

  assert {
    condition     = jsonencode(output.ci_trust_condition.StringEquals["token.actions.githubusercontent.com:sub"]) == jsonencode(["repo:example@123456/weatherline@456789:environment:global"])
    error_message = "GitHub's immutable subjects are not met."
  }
}

run "half_an_id_is_refused" {
  command = plan
  variables {
    repository = "example@123456/weatherline"
  }
  expect_failures = [var.repository]
}

run "china_has_another_audience" {
  command = plan
  override_data {
    target = data.aws_partition.this
    values = { partition = "aws-cn", dns_suffix = "amazonaws.com.cn" }
  }

  assert {
    condition     = output.ci_trust_condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com.cn" && aws_iam_openid_connect_provider.github.client_id_list == toset(["sts.amazonaws.com.cn"])
    error_message = "Tokens that are asked for China are refused."
  }
}

run "ci_keeps_states_and_locks_and_goes_on" {
  command = plan
  module {
    source = "./ci-policy"
  }
  variables {
    bucket_arn            = "arn:aws:s3:::s"
    kms_key_arn           = "arn:aws:kms:us-east-2:111122223333:key/s"
    environment_role_arns = ["arn:aws:iam::444455556666:role/weatherline-prod-ci-apply"]
  }

  assert {
    condition = { for s in jsondecode(output.json).Statement : s.Sid => s.Resource } == {
      FindStates = "arn:aws:s3:::s"
      KeepStates = "arn:aws:s3:::s/*.tfstate"
      Lock       = "arn:aws:s3:::s/*.tflock"
      Key        = "arn:aws:kms:us-east-2:111122223333:key/s"
      GoOn       = ["arn:aws:iam::444455556666:role/weatherline-prod-ci-apply"]
    }
    error_message = "CI touches other things: ${output.json}"
  }
  assert {
    condition     = [for s in jsondecode(output.json).Statement : s.Sid if contains(flatten([s.Action]), "s3:DeleteObject")] == ["Lock"]
    error_message = "A state can be deleted, or a lock cannot."
  }
  assert {
    condition     = !anytrue(flatten([for s in jsondecode(output.json).Statement : [for a in flatten([s.Action]) : strcontains(a, "*")]]))
    error_message = "An action is a pattern."
  }
}

run "without_environments_ci_goes_nowhere" {
  command = plan
  module {
    source = "./ci-policy"
  }
  variables {
    bucket_arn            = "arn:aws:s3:::s"
    kms_key_arn           = "arn:aws:kms:us-east-2:111122223333:key/s"
    environment_role_arns = []
  }

  assert {
    condition     = !strcontains(output.json, "sts:AssumeRole")
    error_message = "CI takes roles that nobody named."
  }
}

run "patterns_are_refused" {
  command = plan
  variables {
    account_id            = "1"
    repository            = "example/*"
    github_environments   = ["*"]
    environment_role_arns = ["arn:aws:iam::444455556666:role/*"]
  }
  expect_failures = [var.account_id, var.repository, var.github_environments, var.environment_role_arns]
}
