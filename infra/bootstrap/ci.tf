locals {
  issuer = "token.actions.githubusercontent.com"

  # What the action configure-aws-credentials asks a token for; in China it is told of the other name.
  audience = "sts.${data.aws_partition.this.dns_suffix}"

  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "GatedJobs"
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = local.trust_condition
    }]
  })

  # Jobs behind an environment's gate alone: a pull request has another subject.
  trust_condition = {
    StringEquals = {
      "${local.issuer}:aud" = local.audience
      "${local.issuer}:sub" = [for environment in sort(var.github_environments) : "repo:${var.repository}:environment:${environment}"]
    }
  }
}

# The account's one provider for GitHub. No thumbprint: AWS trusts GitHub's issuer by its certificate authority.
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${local.issuer}"
  client_id_list = [local.audience]
}

resource "aws_iam_role" "ci" {
  name                 = "weatherline-ci"
  description          = "CI of ${var.repository}: the state, and the roles of environments"
  assume_role_policy   = local.trust
  max_session_duration = 3600
}

resource "aws_iam_role_policy" "ci" {
  name   = "state"
  role   = aws_iam_role.ci.id
  policy = module.ci_policy.json
}

module "ci_policy" {
  source                = "./ci-policy"
  bucket_arn            = local.bucket_arn
  kms_key_arn           = aws_kms_key.state.arn
  environment_role_arns = var.environment_role_arns
}
