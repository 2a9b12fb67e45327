output "topic_arn" {
  description = "Topic of cost."
  value       = aws_sns_topic.this.arn
}
