# What S3 gives up copying it tells in the region of the source; how late it is, in the other one (../../dr has that alarm).
resource "aws_cloudwatch_metric_alarm" "failed" {
  alarm_name          = "${var.name}-${var.of}-replica-failed"
  alarm_description   = "Objects of ${var.of} are not copied to ${var.replica.region}: a right, a key or the bucket over there has changed"
  namespace           = "AWS/S3"
  metric_name         = "OperationsFailedReplication"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic[*].arn
  ok_actions          = var.alarm_topic[*].arn

  dimensions = {
    SourceBucket      = var.bucket
    DestinationBucket = element(split(":::", var.replica.bucket_arn), 1)
    RuleId            = "everything"
  }
}
