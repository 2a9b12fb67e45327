output "template_id" {
  description = "Template to start."
  value       = aws_fis_experiment_template.this.id
}
