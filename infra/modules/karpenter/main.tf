module "controller" {
  source               = "../irsa"
  name                 = var.name
  namespace            = var.namespace
  service_account      = "karpenter"
  oidc                 = var.oidc
  policy               = { json = local.policy }
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role" "node" {
  name                 = "${var.name}-karpenter-node"
  description          = "Nodes that Karpenter starts in ${var.name}"
  permissions_boundary = var.permissions_boundary

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = local.ec2_service }
      Action    = "sts:AssumeRole"
    }]
  })
}

# No SSM: nobody logs in to a node. No CNI policy: the add-on has a role of its own.
resource "aws_iam_role_policy_attachment" "node" {
  for_each   = toset(["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"])
  role       = aws_iam_role.node.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/${each.key}"
}

resource "aws_eks_access_entry" "node" {
  cluster_name  = var.cluster_name
  principal_arn = aws_iam_role.node.arn
  type          = "EC2_LINUX"
}
