output "topic_arn" {
  description = "Topic of copies that are behind, and of those that caught up."
  value       = aws_sns_topic.this.arn
}

output "alarm_names" {
  description = "Alarms by what the copies hold."
  value       = { for what, alarm in aws_cloudwatch_metric_alarm.behind : what => alarm.alarm_name }
}
