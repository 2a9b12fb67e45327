# The provider is of the region that takes over: S3 tells there how far behind its copies are.
locals {
  topic     = "${var.name}-replication"
  topic_arn = "arn:${var.partition}:sns:${var.region}:${var.account_id}:${local.topic}"
}

resource "aws_sns_topic" "this" {
  name = local.topic

  lifecycle {
    precondition {
      condition     = var.region != var.primary_region
      error_message = "What takes over for ${var.primary_region} cannot be lost with it."
    }
  }
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsOfTheAccount"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = local.topic_arn
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each  = var.alarm_emails
  topic_arn = aws_sns_topic.this.arn
  protocol  = "email"
  endpoint  = each.key
}

# The RPO. S3 tells the latency only while something waits to be copied, so silence is good.
resource "aws_cloudwatch_metric_alarm" "behind" {
  for_each            = var.replications
  alarm_name          = "${var.name}-${each.key}-behind"
  alarm_description   = "Copies of ${each.value.source_bucket} are more than 15 minutes behind: a loss of ${var.primary_region} now would lose more than the RPO allows"
  namespace           = "AWS/S3"
  metric_name         = "ReplicationLatency"
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 900
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]

  dimensions = {
    SourceBucket      = each.value.source_bucket
    DestinationBucket = each.value.destination_bucket
    RuleId            = "everything"
  }
}

resource "aws_route53_health_check" "primary" {
  count             = var.failover == null ? 0 : 1
  fqdn              = var.failover.primary.dns_name
  type              = "TCP"
  port              = 443
  request_interval  = 30
  failure_threshold = 3
  tags              = { Name = "${var.name}-primary" }
}

resource "aws_route53_record" "primary" {
  count           = var.failover == null ? 0 : 1
  zone_id         = var.failover.zone_id
  name            = var.failover.domain
  type            = "A"
  set_identifier  = "primary"
  health_check_id = aws_route53_health_check.primary[0].id

  failover_routing_policy {
    type = "PRIMARY"
  }

  alias {
    name                   = var.failover.primary.dns_name
    zone_id                = var.failover.primary.zone_id
    evaluate_target_health = true
  }
}

resource "aws_route53_record" "secondary" {
  count          = var.failover == null ? 0 : var.failover.secondary == null ? 0 : 1
  zone_id        = var.failover.zone_id
  name           = var.failover.domain
  type           = "A"
  set_identifier = "secondary"

  failover_routing_policy {
    type = "SECONDARY"
  }

  alias {
    name                   = var.failover.secondary.dns_name
    zone_id                = var.failover.secondary.zone_id
    evaluate_target_health = true
  }
}
