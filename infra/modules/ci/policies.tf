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

  # What an administrator's role must not do from a pipeline: give itself another door, or put out the lights.
  apply_limits = [
    {
      Sid      = "NoUsersAndNoKeys"
      Effect   = "Deny"
      Action   = ["iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"]
      Resource = ["*"]
    },
    {
      Sid      = "NoChangeOfItself"
      Effect   = "Deny"
      Action   = ["iam:AttachRolePolicy", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"]
      Resource = ["arn:${var.partition}:iam::${var.account_id}:role/*-ci-*"]
    },
    {
      Sid      = "NoSilence"
      Effect   = "Deny"
      Action   = ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging", "guardduty:DeleteDetector", "organizations:LeaveOrganization"]
      Resource = ["*"]
    },
    {
      Sid      = "NoLossOfState"
      Effect   = "Deny"
      Action   = ["s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObjectVersion", "s3:PutBucketVersioning"]
      Resource = [local.state_arn, "${local.state_arn}/*"]
    },
    {
      Sid      = "NoLossOfTheStatesKey"
      Effect   = "Deny"
      Action   = ["kms:DisableKey", "kms:ScheduleKeyDeletion"]
      Resource = [var.state_key_arn]
    },
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
    plan  = concat(local.state_read, local.state_lock)
    apply = local.apply_limits
    push  = local.push
  }
  policies = { for name, statements in local.statements : name => jsonencode({ Version = "2012-10-17", Statement = statements }) }
}
