# apply is an administrator, because it makes IAM roles, which is that already. What it must not do: give itself another door, reach
# for what is not its environment's, or put out the lights. It cannot change these denials: they are on its own role.
locals {
  iam           = "arn:${var.partition}:iam::${var.account_id}"
  boundary_name = "${var.name}-ci-boundary"
  boundary_arn  = "${local.iam}:policy/${local.boundary_name}"
  pipeline      = ["${local.iam}:role/*-ci-*", "${local.iam}:role/*-ci"]
  own_roles     = [for prefix in coalesce(var.role_prefixes, toset(["${var.name}-"])) : "${local.iam}:role/${prefix}*"]

  give_rights = ["iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
  change_roles = concat(local.give_rights, [
    "iam:DeleteRole", "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
  ])
  change_users = [
    "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachUserPolicy", "iam:CreateAccessKey", "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential", "iam:CreateUser", "iam:PutGroupPolicy", "iam:PutUserPolicy", "iam:UpdateAccessKey",
    "iam:UpdateLoginProfile", "iam:UploadSSHPublicKey", "iam:UploadSigningCertificate",
  ]
  change_providers = [
    "iam:AddClientIDToOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider", "iam:CreateSAMLProvider", "iam:DeleteOpenIDConnectProvider",
    "iam:DeleteSAMLProvider", "iam:UpdateOpenIDConnectProviderThumbprint", "iam:UpdateSAMLProvider",
  ]
  change_policies = ["iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"]
  silence         = ["cloudtrail:DeleteTrail", "cloudtrail:StopLogging", "guardduty:DeleteDetector", "organizations:LeaveOrganization"]

  apply_limits = concat([
    { Sid = "NoUsersAndNoKeys", Effect = "Deny", Action = local.change_users, Resource = ["*"] },
    { Sid = "NoChangeOfItself", Effect = "Deny", Action = local.change_roles, Resource = local.pipeline },
    # Roles that AWS's services have for themselves are theirs; all others are somebody else's.
    { Sid = "NoRolesOfOthers", Effect = "Deny", Action = local.change_roles, NotResource = concat(local.own_roles, ["${local.iam}:role/aws-service-role/*"]) },
    # A cluster's provider is a token of its pods; any other lets in whom its issuer says.
    { Sid = "NoOtherWayIn", Effect = "Deny", Action = local.change_providers, NotResource = ["${local.iam}:oidc-provider/oidc.eks.*"] },
    { Sid = "NoChangeOfTheBoundary", Effect = "Deny", Action = local.change_policies, Resource = [local.boundary_arn] },
    { Sid = "NoSilence", Effect = "Deny", Action = local.silence, Resource = ["*"] },
    {
      Sid    = "NoLossOfState"
      Effect = "Deny"
      Action = [
        "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObjectVersion", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock",
        "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration", "s3:PutReplicationConfiguration",
      ]
      Resource = [local.state_arn, "${local.state_arn}/*"]
    },
    {
      Sid      = "NoStateOfOthers"
      Effect   = "Deny"
      Action   = ["s3:DeleteObject", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
      Resource = [for key in sort(setsubtract(var.other_states, [var.state_prefix])) : "${local.state_arn}/${key}*"]
    },
    {
      Sid      = "NoLossOfTheStatesKey"
      Effect   = "Deny"
      Action   = ["kms:DisableKey", "kms:DisableKeyRotation", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]
      Resource = [var.state_key_arn]
    },
    ], [for needed in [var.roles_need_boundary] : {
      Sid       = "RolesHaveTheBoundary"
      Effect    = "Deny"
      Action    = local.give_rights
      Resource  = local.own_roles
      Condition = { StringNotEquals = { "iam:PermissionsBoundary" = local.boundary_arn } }
    } if needed],
    [for needed in [var.roles_need_boundary] : {
      Sid      = "NoRoleLosesIt"
      Effect   = "Deny"
      Action   = ["iam:DeleteRolePermissionsBoundary"]
      Resource = local.own_roles
  } if needed])

  # A role that apply makes may do what its policies say, but give no rights, take no role of the pipeline, and read no state.
  boundary = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "WhatItsPoliciesSay", Effect = "Allow", Action = ["*"], Resource = ["*"] },
      {
        Sid      = "GiveNoRights"
        Effect   = "Deny"
        Action   = concat(local.change_users, local.change_roles, local.change_providers, local.change_policies, ["iam:CreatePolicy"])
        Resource = ["*"]
      },
      { Sid = "NotThePipeline", Effect = "Deny", Action = ["iam:PassRole", "sts:AssumeRole"], Resource = local.pipeline },
      { Sid = "NoState", Effect = "Deny", Action = ["s3:*"], Resource = [local.state_arn, "${local.state_arn}/*"] },
      { Sid = "NoStatesKey", Effect = "Deny", Action = ["kms:*"], Resource = [var.state_key_arn] },
      { Sid = "NoSilence", Effect = "Deny", Action = local.silence, Resource = ["*"] },
    ]
  })
}
