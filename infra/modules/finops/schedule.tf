# Nodes that nobody uses at night. Only for environments that may be away: with the system nodes Karpenter goes too.
locals {
  off_hours      = var.off_hours == null ? 0 : 1
  schedule_arn   = "arn:${var.partition}:scheduler:${var.region}:${var.account_id}:schedule-group/${var.name}-off-hours"
  node_group_arn = var.off_hours == null ? null : "arn:${var.partition}:eks:${var.region}:${var.account_id}:nodegroup/${var.off_hours.cluster_name}/${var.off_hours.node_group}/*"

  schedules = var.off_hours == null ? {} : {
    stop  = { when = var.off_hours.stop, size = 0 }
    start = { when = var.off_hours.start, size = var.off_hours.size }
  }

  schedule_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id, "aws:SourceArn" = local.schedule_arn } }
    }]
  })

  # The end of a node group's ARN is an id that EKS gives it: the pattern covers that alone.
  schedule_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "ScaleNodeGroup"
      Effect   = "Allow"
      Action   = "eks:UpdateNodegroupConfig"
      Resource = local.node_group_arn
    }]
  })
}

resource "aws_iam_role" "schedule" {
  count              = local.off_hours
  name               = "${var.name}-off-hours"
  description        = "Scales the node group ${var.off_hours.node_group} of ${var.off_hours.cluster_name} by the clock"
  assume_role_policy = local.schedule_trust
}

resource "aws_iam_role_policy" "schedule" {
  count  = local.off_hours
  name   = "scale"
  role   = aws_iam_role.schedule[0].id
  policy = local.schedule_policy
}

resource "aws_scheduler_schedule_group" "this" {
  count = local.off_hours
  name  = "${var.name}-off-hours"
}

# Fields of the call in PascalCase: the scheduler takes them by the service's model, not by its JSON.
resource "aws_scheduler_schedule" "this" {
  for_each                     = local.schedules
  name                         = "${var.name}-${each.key}"
  description                  = "${each.value.size} nodes in ${var.off_hours.node_group} of ${var.off_hours.cluster_name}"
  group_name                   = aws_scheduler_schedule_group.this[0].name
  schedule_expression          = each.value.when
  schedule_expression_timezone = var.off_hours.timezone

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:${var.partition}:scheduler:::aws-sdk:eks:updateNodegroupConfig"
    role_arn = aws_iam_role.schedule[0].arn

    input = jsonencode({
      ClusterName   = var.off_hours.cluster_name
      NodegroupName = var.off_hours.node_group
      ScalingConfig = { MinSize = each.value.size, DesiredSize = each.value.size, MaxSize = var.off_hours.max_size }
    })

    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 5
    }
  }
}
