# From the trail's log group and not by EventBridge: the trail sees every region, and root signs in elsewhere than here.
locals {
  log_group_name = "/aws/cloudtrail/${var.name}"
  log_group_arn  = "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:${local.log_group_name}"
  topic_arn      = "arn:${var.partition}:sns:${var.region}:${var.account_id}:${var.name}-audit"
  break_glass    = [for arn in sort(var.break_glass_role_arns) : "($.requestParameters.roleArn = \"${arn}\")"]

  # Name => what is looked for in the trail.
  all_alarms = merge(
    {
      root-use       = "{ $.userIdentity.type = \"Root\" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != \"AwsServiceEvent\" }"
      trail-change   = "{ $.eventSource = \"cloudtrail.amazonaws.com\" && ($.eventName = \"StopLogging\" || $.eventName = \"DeleteTrail\" || $.eventName = \"UpdateTrail\" || $.eventName = \"PutEventSelectors\") }"
      key-loss       = "{ $.eventSource = \"kms.amazonaws.com\" && ($.eventName = \"DisableKey\" || $.eventName = \"ScheduleKeyDeletion\") }"
      watch-disabled = "{ ($.eventSource = \"guardduty.amazonaws.com\" && ($.eventName = \"DeleteDetector\" || $.eventName = \"UpdateDetector\")) || ($.eventName = \"PutAccountPublicAccessBlock\") || ($.eventName = \"DeleteAccountPublicAccessBlock\") }"
    },
    length(local.break_glass) == 0 ? {} : {
      break-glass = "{ $.eventSource = \"sts.amazonaws.com\" && (${join(" || ", local.break_glass)}) }"
    },
  )
  alarms = var.account_wide ? local.all_alarms : {}

  delivery_trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceArn" = local.trail_arn } }
    }]
  })

  delivery_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "TrailLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${local.log_group_arn}:log-stream:${var.account_id}_CloudTrail_*"
    }]
  })

  topic_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsPublish"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = local.topic_arn
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${var.partition}:cloudwatch:${var.region}:${var.account_id}:alarm:${var.name}-*" }
      }
    }]
  })
}

resource "aws_cloudwatch_log_group" "trail" {
  count             = local.account
  name              = local.log_group_name
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this.arn
}

resource "aws_iam_role" "delivery" {
  count              = local.account
  name               = "${var.name}-trail-logs"
  description        = "CloudTrail writes ${local.log_group_name}"
  assume_role_policy = local.delivery_trust
}

resource "aws_iam_role_policy" "delivery" {
  count  = local.account
  name   = "write"
  role   = aws_iam_role.delivery[0].id
  policy = local.delivery_policy
}

resource "aws_sns_topic" "this" {
  count             = local.account
  name              = "${var.name}-audit"
  kms_master_key_id = aws_kms_key.this.arn
}

resource "aws_sns_topic_policy" "this" {
  count  = local.account
  arn    = aws_sns_topic.this[0].arn
  policy = local.topic_policy
}

resource "aws_sns_topic_subscription" "email" {
  for_each  = var.account_wide ? var.alarm_emails : []
  topic_arn = aws_sns_topic.this[0].arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each       = local.alarms
  name           = "${var.name}-${each.key}"
  log_group_name = aws_cloudwatch_log_group.trail[0].name
  pattern        = each.value

  metric_transformation {
    name      = each.key
    namespace = "${var.name}/audit"
    value     = "1"
  }
}

# One time is enough, and a time without any is well.
resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "The trail of ${var.account_id} tells of ${each.key}: look in ${local.log_group_name}"
  namespace           = "${var.name}/audit"
  metric_name         = aws_cloudwatch_log_metric_filter.this[each.key].metric_transformation[0].name
  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  evaluation_periods  = 1
  period              = 300
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this[0].arn]
}
