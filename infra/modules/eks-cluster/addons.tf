locals {
  oidc = {
    provider_arn = aws_iam_openid_connect_provider.this.arn
    issuer       = aws_eks_cluster.this.identity[0].oidc[0].issuer
  }

  # System nodes are tainted; what Karpenter needs to start must bear that.
  tolerations = [{ key = "CriticalAddonsOnly", operator = "Exists" }]

  network_settings = jsonencode({
    enableNetworkPolicy = "true"
    env                 = { ENABLE_PREFIX_DELEGATION = "true" }
  })

  addon_settings = {
    kube-proxy = null
    coredns = jsonencode({
      tolerations         = local.tolerations
      podDisruptionBudget = { enabled = true, maxUnavailable = 1 }
      autoScaling         = { enabled = true, minReplicas = 2, maxReplicas = 10 }
    })
    aws-ebs-csi-driver        = jsonencode({ controller = { tolerations = local.tolerations } })
    snapshot-controller       = jsonencode({ tolerations = local.tolerations })
    metrics-server            = jsonencode({ tolerations = local.tolerations })
    eks-node-monitoring-agent = null
    eks-pod-identity-agent    = null
  }

  addons = setsubtract(keys(local.addon_settings), var.pod_identity_agent ? [] : ["eks-pod-identity-agent"])
}

module "network_role" {
  source           = "../irsa"
  name             = var.name
  namespace        = "kube-system"
  service_account  = "aws-node"
  oidc             = local.oidc
  managed_policies = ["AmazonEKS_CNI_Policy"]
}

module "volume_role" {
  source           = "../irsa"
  name             = var.name
  namespace        = "kube-system"
  service_account  = "ebs-csi-controller-sa"
  oidc             = local.oidc
  managed_policies = ["AmazonEBSCSIDriverPolicy"]
}

# Before the nodes.
resource "aws_eks_addon" "network" {
  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = "vpc-cni"
  addon_version               = lookup(var.addon_versions, "vpc-cni", null)
  configuration_values        = local.network_settings
  service_account_role_arn    = module.network_role.role_arn
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
}

resource "aws_eks_addon" "this" {
  for_each                    = local.addons
  cluster_name                = aws_eks_cluster.this.name
  addon_name                  = each.key
  addon_version               = lookup(var.addon_versions, each.key, null)
  configuration_values        = local.addon_settings[each.key]
  service_account_role_arn    = each.key == "aws-ebs-csi-driver" ? module.volume_role.role_arn : null
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
  depends_on                  = [aws_eks_node_group.system]
}
