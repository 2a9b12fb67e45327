resource "aws_iam_role" "this" {
  name = "${var.name}-chaos"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Effect    = "Allow", Action = "sts:AssumeRole", Principal = { Service = "fis.amazonaws.com" }
    Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
  }] })
}

resource "aws_iam_role_policy" "this" {
  name = "interrupt-spot"
  role = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Sid = "Find", Effect = "Allow", Action = ["ec2:DescribeInstances"], Resource = ["*"] },
    {
      Sid       = "Interrupt", Effect = "Allow", Action = ["ec2:SendSpotInstanceInterruptions"]
      Resource  = ["arn:${var.partition}:ec2:${var.region}:${var.account_id}:instance/*"]
      Condition = { StringEquals = { "aws:ResourceTag/karpenter.sh/nodepool" = "general" } }
    },
  ] })
}

resource "aws_fis_experiment_template" "this" {
  description = "${var.name}: one spot node of the general pool is taken away"
  role_arn    = aws_iam_role.this.arn

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
    resource_tag {
      key   = "karpenter.sh/nodepool"
      value = "general"
    }
  }
}
