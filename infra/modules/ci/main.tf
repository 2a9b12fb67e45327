locals {
  issuer       = "token.actions.githubusercontent.com"
  provider_arn = "arn:${var.partition}:iam::${var.account_id}:oidc-provider/${local.issuer}"

  # Whose token is taken, to the letter. A pull request can only plan, and a pull request of a fork gets no token from GitHub.
  subjects = {
    plan = [
      "repo:${var.repository}:pull_request",
      "repo:${var.repository}:ref:refs/heads/main",
    ]
    apply = ["repo:${var.repository}:environment:${var.environment}"]
    push  = ["repo:${var.repository}:ref:refs/heads/main"]
  }

  descriptions = {
    plan  = "Reads for a plan, from pull requests and for the search for drift"
    apply = "Applies, behind the gate of the environment ${var.environment}"
    push  = "Pushes images from main"
  }

  trust = { for name, subjects in local.subjects : name => jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "GitHubActions"
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = local.provider_arn }
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = local.audience
          "${local.issuer}:sub" = subjects
        }
      }
    }]
  }) }
  # What the action configure-aws-credentials asks a token for; in China it is told of the other name.
  audience = var.partition == "aws-cn" ? "sts.amazonaws.com.cn" : "sts.amazonaws.com"
}

resource "aws_iam_openid_connect_provider" "github" {
  count          = var.create_oidc_provider ? 1 : 0
  url            = "https://${local.issuer}"
  client_id_list = [local.audience]
}

resource "aws_iam_role" "this" {
  for_each             = var.roles
  name                 = "${var.name}-ci-${each.key}"
  description          = local.descriptions[each.key]
  assume_role_policy   = local.trust[each.key]
  max_session_duration = var.max_session_seconds

  depends_on = [aws_iam_openid_connect_provider.github]
}

resource "aws_iam_role_policy" "this" {
  for_each = var.roles
  name     = each.key
  role     = aws_iam_role.this[each.key].id
  policy   = local.policies[each.key]
}

# AWS's own list of what reads configuration. It opens no object, no secret and no parameter that is encrypted, and policies.tf
# makes sure that it stays so.
resource "aws_iam_role_policy_attachment" "plan" {
  count      = contains(var.roles, "plan") ? 1 : 0
  role       = aws_iam_role.this["plan"].name
  policy_arn = "arn:${var.partition}:iam::aws:policy/SecurityAudit"
}

resource "aws_iam_role_policy_attachment" "plan_view" {
  count      = contains(var.roles, "plan") ? 1 : 0
  role       = aws_iam_role.this["plan"].name
  policy_arn = "arn:${var.partition}:iam::aws:policy/job-function/ViewOnlyAccess"
}

resource "aws_iam_role_policy_attachment" "apply" {
  count      = contains(var.roles, "apply") ? 1 : 0
  role       = aws_iam_role.this["apply"].name
  policy_arn = "arn:${var.partition}:iam::aws:policy/AdministratorAccess"
}

# What roles that apply makes can never do, whatever their own policies say.
resource "aws_iam_policy" "boundary" {
  count       = contains(var.roles, "apply") ? 1 : 0
  name        = local.boundary_name
  description = "Beyond this no role goes that the pipeline of ${var.environment} makes"
  policy      = local.boundary
}
