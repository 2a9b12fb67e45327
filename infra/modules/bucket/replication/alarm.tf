# The promise of 15 minutes, kept in sight. S3 tells by rule and pair of buckets, in the region of the source.
locals {
  dimensions = {
    SourceBucket      = var.bucket
    DestinationBucket = element(split(":::", var.replica.bucket_arn), 1)
    RuleId            = "everything"
  }
  alarms = {
    late   = { metric = "ReplicationLatency", statistic = "Maximum", above = 900, says = "are copied later than 15 minutes after their writing" }
    failed = { metric = "OperationsFailedReplication", statistic = "Sum", above = 0, says = "are not copied at all" }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${var.of}-replica-${each.key}"
  alarm_description   = "Objects of ${var.of} ${each.value.says} to ${var.replica.region}"
  namespace           = "AWS/S3"
  metric_name         = each.value.metric
  dimensions          = local.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic[*].arn
  ok_actions          = var.alarm_topic[*].arn
}
