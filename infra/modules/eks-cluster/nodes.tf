data "aws_default_tags" "this" {}

resource "aws_launch_template" "system" {
  name                   = "${var.name}-system"
  description            = "Bottlerocket: a small volume of its own, a large one for images and pods"
  update_default_version = true

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  dynamic "block_device_mappings" {
    for_each = { "/dev/xvda" = 4, "/dev/xvdb" = var.system_nodes.disk_gib }

    content {
      device_name = block_device_mappings.key

      ebs {
        volume_type           = "gp3"
        volume_size           = block_device_mappings.value
        encrypted             = true
        kms_key_id            = aws_kms_key.this.arn
        delete_on_termination = true
      }
    }
  }

  # Neither the template nor the node group hands its own tags on: without this, nodes would cost no environment anything.
  dynamic "tag_specifications" {
    for_each = ["instance", "volume", "network-interface"]

    content {
      resource_type = tag_specifications.value
      tags          = merge(data.aws_default_tags.this.tags, { Name = "${var.name}-system" })
    }
  }
}

resource "aws_eks_node_group" "system" {
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "system"
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = var.node_subnet_ids
  ami_type        = "BOTTLEROCKET_ARM_64"
  capacity_type   = "ON_DEMAND"
  instance_types  = var.system_nodes.instance_types
  version         = var.kubernetes_version
  release_version = var.system_nodes.release_version
  labels          = { "weatherline.dev/pool" = "system" }

  taint {
    key    = "CriticalAddonsOnly"
    value  = "true"
    effect = "NO_SCHEDULE"
  }

  scaling_config {
    min_size     = var.system_nodes.size
    desired_size = var.system_nodes.size
    max_size     = var.system_nodes.max_size
  }

  update_config {
    max_unavailable = 1
  }

  node_repair_config {
    enabled = true
  }

  launch_template {
    id      = aws_launch_template.system.id
    version = aws_launch_template.system.latest_version
  }

  # Pods get addresses from the first moment, and policies with them.
  depends_on = [aws_iam_role_policy_attachment.node, aws_eks_addon.network]
}
