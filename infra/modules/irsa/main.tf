data "aws_partition" "this" {}

locals {
  role_name = "${var.name}-${var.service_account}"
  issuer    = trimprefix(var.oidc.issuer, "https://")

  # Both claims, and both exactly: without sub any pod of the cluster has the role, without aud any token of that pod.
  # The audience is EKS's word in the token, the same in every partition; it is no address.
  trust_by_token = {
    Sid       = "ServiceAccount"
    Effect    = "Allow"
    Principal = { Federated = var.oidc.provider_arn }
    Action    = "sts:AssumeRoleWithWebIdentity"
    Condition = {
      StringEquals = {
        "${local.issuer}:sub" = "system:serviceaccount:${var.namespace}:${var.service_account}"
        "${local.issuer}:aud" = "sts.amazonaws.com"
      }
    }
  }

  trust_by_pod_identity = [
    for cluster in var.pod_identity[*].cluster_name : {
      Sid       = "PodIdentity"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:RequestTag/eks-cluster-name"           = cluster
          "aws:RequestTag/kubernetes-namespace"       = var.namespace
          "aws:RequestTag/kubernetes-service-account" = var.service_account
        }
      }
    }
  ]

  # The account is the principal and the condition names the role: a role named as principal must exist beforehand, and when it is
  # made anew IAM holds the trust for the dead one. The other role needs its own sts:AssumeRole as well.
  trust_by_role = [
    for index, arn in sort(var.trusted_roles) : {
      Sid       = "TrustedRole${index + 1}"
      Effect    = "Allow"
      Principal = { AWS = replace(arn, "/:role/.*$/", ":root") }
      Action    = "sts:AssumeRole"
      Condition = { ArnEquals = { "aws:PrincipalArn" = arn } }
    }
  ]

  trust = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([local.trust_by_token], local.trust_by_pod_identity, local.trust_by_role)
  })
}

resource "aws_iam_role" "this" {
  name                 = local.role_name
  description          = "Service account ${var.service_account} of namespace ${var.namespace}"
  assume_role_policy   = local.trust
  max_session_duration = 3600
  permissions_boundary = var.permissions_boundary

  lifecycle {
    precondition {
      condition     = length(local.role_name) <= 64
      error_message = "IAM takes 64 characters of a role's name."
    }
    precondition {
      condition     = var.policy != null || length(var.managed_policies) > 0 || length(var.further_policies) > 0
      error_message = "A role that may do nothing: give it a policy, or leave it out."
    }
    precondition {
      condition     = !contains(keys(var.further_policies), var.service_account)
      error_message = "The policy named ${var.service_account} is the role's first: give the further one another name."
    }
  }
}

# Inline: it belongs to this role and can be attached to no other.
resource "aws_iam_role_policy" "this" {
  count  = var.policy == null ? 0 : 1
  name   = var.service_account
  role   = aws_iam_role.this.id
  policy = var.policy.json
}

resource "aws_iam_role_policy" "further" {
  for_each = var.further_policies
  name     = each.key
  role     = aws_iam_role.this.id
  policy   = each.value.json
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each   = var.managed_policies
  role       = aws_iam_role.this.name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/${each.key}"
}

resource "aws_eks_pod_identity_association" "this" {
  count           = var.pod_identity == null ? 0 : 1
  cluster_name    = var.pod_identity.cluster_name
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.this.arn
}
