locals {
  state_arn    = "arn:${var.partition}:s3:::${var.state_bucket}"
  registry_arn = "arn:${var.partition}:ecr:${var.region}:${var.account_id}:repository"

  state_read = [
    {
      Sid       = "ListState"
      Effect    = "Allow"
      Action    = ["s3:ListBucket"]
      Resource  = [local.state_arn]
      Condition = { StringLike = { "s3:prefix" = ["${var.state_prefix}*"] } }
    },
    {
      Sid      = "ReadState"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = ["${local.state_arn}/${var.state_prefix}*"]
    },
    {
      Sid      = "DecryptState"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
      Resource = [var.state_key_arn]
    },
  ]

  # A plan takes the lock and gives it back; it writes no state.
  state_lock = [{
    Sid      = "LockState"
    Effect   = "Allow"
    Action   = ["s3:PutObject", "s3:DeleteObject"]
    Resource = ["${local.state_arn}/${var.state_prefix}*.tflock"]
  }]

  # What AWS's two lists leave out and this infrastructure has: without them a plan stops at AccessDenied.
  plan_reads = [
    {
      Sid    = "ReadTheRest"
      Effect = "Allow"
      Action = [
        "budgets:ListTagsForResource", "budgets:ViewBudget", "ce:GetAnomalyMonitors", "ce:GetAnomalySubscriptions",
        "ce:ListTagsForResource", "fis:GetExperimentTemplate", "fis:ListTagsForResource", "sns:GetSubscriptionAttributes",
      ]
      Resource = [
        "arn:${var.partition}:budgets::${var.account_id}:budget/*",
        "arn:${var.partition}:ce::${var.account_id}:anomalymonitor/*",
        "arn:${var.partition}:ce::${var.account_id}:anomalysubscription/*",
        "arn:${var.partition}:fis:*:${var.account_id}:experiment-template/*",
        "arn:${var.partition}:sns:*:${var.account_id}:*",
      ]
    },
    # Rules of the registry, which is the account's: the call knows no resource.
    { Sid = "ReadCacheRules", Effect = "Allow", Action = ["ecr:DescribePullThroughCacheRules"], Resource = ["*"] },
  ]

  # A pull request's own code runs with this role. AWS's lists open none of these; should they one day, this says no.
  plan_limits = [
    {
      Sid    = "NoSecrets"
      Effect = "Deny"
      Action = [
        "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "ec2:GetPasswordData", "lambda:GetFunction", "lambda:GetFunctionConfiguration",
        "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue",
        "sqs:ReceiveMessage", "ssm:GetParameterHistory", "sts:AssumeRole",
      ]
      Resource = ["*"]
    },
    {
      Sid         = "NoParametersButAwss"
      Effect      = "Deny"
      Action      = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
      NotResource = ["arn:${var.partition}:ssm:*::parameter/aws/service/*"]
    },
    {
      Sid         = "NoOtherObjects"
      Effect      = "Deny"
      Action      = ["s3:GetObject", "s3:GetObjectVersion"]
      NotResource = ["${local.state_arn}/${var.state_prefix}*"]
    },
    { Sid = "NoOtherKeys", Effect = "Deny", Action = ["kms:Decrypt"], NotResource = [var.state_key_arn] },
  ]

  push = [
    # The one call of ECR that knows no resource.
    {
      Sid      = "LogIn"
      Effect   = "Allow"
      Action   = ["ecr:GetAuthorizationToken"]
      Resource = ["*"]
    },
    {
      Sid    = "PushImages"
      Effect = "Allow"
      Action = [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:DescribeImages",
        "ecr:DescribeImageScanFindings",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
      ]
      Resource = [for name in sort(var.repositories) : "${local.registry_arn}/${name}"]
    },
  ]

  statements = {
    plan  = concat(local.state_read, local.state_lock, local.plan_reads, local.plan_limits)
    apply = local.apply_limits
    push  = local.push
  }
  policies = { for name, statements in local.statements : name => jsonencode({ Version = "2012-10-17", Statement = statements }) }
}
