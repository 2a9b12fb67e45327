resource "aws_kms_key" "this" {
  count                   = local.count
  description             = "${var.name}: disk, sessions and log of the access host"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = module.policies[0].key
}

resource "aws_kms_alias" "this" {
  count         = local.count
  name          = "alias/${var.name}-access"
  target_key_id = aws_kms_key.this[0].key_id
}

resource "aws_cloudwatch_log_group" "sessions" {
  count             = local.count
  name              = local.log_group_name
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this[0].arn
}

# A document of its own: the default one, SSM-SessionManagerRunShell, is the whole region's.
resource "aws_ssm_document" "shell" {
  count           = local.count
  name            = "${var.name}-access-shell"
  document_type   = "Session"
  document_format = "JSON"

  content = module.policies[0].shell
}
