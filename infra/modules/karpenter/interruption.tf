# What AWS says of nodes before it takes them away. Older than five minutes it helps nobody.
resource "aws_sqs_queue" "this" {
  name                      = "${var.name}-karpenter"
  message_retention_seconds = 300
  sqs_managed_sse_enabled   = true
}

locals {
  rule_names = { for event in keys(local.events) : event => "${var.name}-karpenter-${event}" }

  queue_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "EventsOfTheseRules"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = local.queue_arn
        Condition = { ArnEquals = { "aws:SourceArn" = [
          for name in values(local.rule_names) : "arn:${local.partition}:events:${var.region}:${var.account_id}:rule/${name}"
        ] } }
      },
      {
        Sid       = "DenyInsecureTransport"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = local.queue_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  events = {
    health        = { source = ["aws.health"], detail-type = ["AWS Health Event"] }
    spot          = { source = ["aws.ec2"], detail-type = ["EC2 Spot Instance Interruption Warning"] }
    rebalance     = { source = ["aws.ec2"], detail-type = ["EC2 Instance Rebalance Recommendation"] }
    state-change  = { source = ["aws.ec2"], detail-type = ["EC2 Instance State-change Notification"] }
    capacity-ends = { source = ["aws.ec2"], detail-type = ["EC2 Capacity Reservation Instance Interruption Warning"] }
  }
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.url
  policy    = local.queue_policy
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each      = local.events
  name          = local.rule_names[each.key]
  event_pattern = jsonencode(each.value)
}

resource "aws_cloudwatch_event_target" "this" {
  for_each  = local.events
  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = "karpenter"
  arn       = aws_sqs_queue.this.arn
}
