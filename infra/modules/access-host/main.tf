data "aws_region" "this" {}

locals {
  count = var.enabled ? 1 : 0
  # The account of whoever applies this, and the provider's region, unless they are given: then policies are known at plan.
  account_id     = var.account_id == null ? one(aws_security_group.this[*].owner_id) : var.account_id
  region         = var.region == null ? data.aws_region.this.id : var.region
  log_group_name = "/aws/ssm/${var.name}-access"

  # Everywhere, or the VPC alone where SSM, logs and KMS have endpoints in it.
  destinations = merge({ "the VPC" = var.vpc_cidr }, var.internet_egress ? { "SSM" = "0.0.0.0/0" } : {})
}

# No rule lets anything in: SSM's agent calls out.
resource "aws_security_group" "this" {
  count       = local.count
  name        = "${var.name}-access"
  description = "Access host: nothing in, HTTPS out"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  for_each          = var.enabled ? local.destinations : {}
  security_group_id = aws_security_group.this[0].id
  description       = "HTTPS to ${each.key}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# The one rule that is not the host's own: the API's network interfaces take its calls.
resource "aws_vpc_security_group_ingress_rule" "api" {
  count                        = var.enabled && var.api != null ? 1 : 0
  security_group_id            = var.api.security_group_id
  description                  = "HTTPS from the access host"
  referenced_security_group_id = aws_security_group.this[0].id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_iam_role" "this" {
  count              = local.count
  name               = "${var.name}-access-host"
  description        = "Access host of ${var.name}: sessions of SSM, and their log"
  assume_role_policy = module.policies[0].trust
}

resource "aws_iam_role_policy" "this" {
  count  = local.count
  name   = "sessions"
  role   = aws_iam_role.this[0].id
  policy = module.policies[0].host
}

resource "aws_iam_instance_profile" "this" {
  count = local.count
  name  = "${var.name}-access-host"
  role  = aws_iam_role.this[0].name
}

resource "aws_instance" "this" {
  count                       = local.count
  ami                         = var.ami_id
  instance_type               = "t4g.nano"
  subnet_id                   = var.subnet_id
  associate_public_ip_address = false
  vpc_security_group_ids      = [aws_security_group.this[0].id]
  iam_instance_profile        = aws_iam_instance_profile.this[0].name

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    encrypted   = true
    kms_key_id  = aws_kms_key.this[0].arn
    volume_type = "gp3"
    volume_size = 8
  }

  tags = { Name = "${var.name}-access" }

  # Not before there is a log, and the right to write it.
  depends_on = [aws_iam_role_policy.this, aws_cloudwatch_log_group.sessions]
}

module "policies" {
  source         = "./policies"
  count          = local.count
  partition      = var.partition
  account_id     = local.account_id
  region         = local.region
  log_group_name = local.log_group_name
  kms_key_arn    = aws_kms_key.this[0].arn
  instance_arn   = aws_instance.this[0].arn
  document_name  = "${var.name}-access-shell"
  minutes        = var.session_minutes
}
