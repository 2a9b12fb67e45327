locals {
  cluster_arn = "arn:${var.partition}:eks:${var.region}:${var.account_id}:cluster/${var.name}"

  # FIS, for an experiment of this account and region. The service's name is the same in every partition.
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Experiments"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "fis.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:fis:${var.region}:${var.account_id}:experiment/*" }
      }
    }]
  })

  # Tags that Karpenter gives each node: of this cluster, of a pool that may lose nodes. Another cluster's have another name.
  node_tags = { "eks:eks-cluster-name" = var.name, "karpenter.sh/nodepool" = "general" }

  spot_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Find", Effect = "Allow", Action = ["ec2:DescribeInstances"], Resource = ["*"] },
      {
        Sid       = "Interrupt"
        Effect    = "Allow"
        Action    = ["ec2:SendSpotInstanceInterruptions"]
        Resource  = ["arn:${var.partition}:ec2:${var.region}:${var.account_id}:instance/*"]
        Condition = { StringEquals = { for key, value in local.node_tags : "aws:ResourceTag/${key}" => value } }
      },
    ]
  })

  # What the pods' experiment asks of AWS. What it may do in the cluster is Kubernetes' to say: README.md.
  pods_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "ReachCluster", Effect = "Allow", Action = ["eks:DescribeCluster"], Resource = [local.cluster_arn] },
      { Sid = "Find", Effect = "Allow", Action = ["ec2:DescribeSubnets", "tag:GetResources"], Resource = ["*"] },
    ]
  })
}

resource "aws_iam_role" "this" {
  name                 = "${var.name}-chaos"
  description          = "Experiment: a spot node of ${var.name} is taken away"
  assume_role_policy   = local.trust
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "this" {
  name   = "interrupt-spot"
  role   = aws_iam_role.this.id
  policy = local.spot_policy
}

resource "aws_fis_experiment_template" "this" {
  description = "${var.name}: one spot node of the general pool is taken away"
  role_arn    = aws_iam_role.this.arn
  tags        = { Name = "${var.name}-spot" }

  stop_condition {
    source = "aws:cloudwatch:alarm"
    value  = var.stop_alarm_arn
  }

  action {
    name      = "interrupt"
    action_id = "aws:ec2:send-spot-instance-interruptions"

    parameter {
      key   = "durationBeforeInterruption"
      value = "PT2M"
    }

    target {
      key   = "SpotInstances"
      value = "nodes"
    }
  }

  target {
    name           = "nodes"
    resource_type  = "aws:ec2:spot-instance"
    selection_mode = "COUNT(1)"

    dynamic "resource_tag" {
      for_each = local.node_tags
      content {
        key   = resource_tag.key
        value = resource_tag.value
      }
    }

    filter {
      path   = "State.Name"
      values = ["running"]
    }
  }
}
