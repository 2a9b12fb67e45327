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
