locals {
  count = var.enabled ? 1 : 0
  trust = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

# No rule lets anything in: SSM's agent calls out.
resource "aws_security_group" "this" {
  count       = local.count
  name        = "${var.name}-access"
  description = "Access host: nothing in, HTTPS out"
  vpc_id      = var.vpc_id
}

# SSM by its endpoints in the VPC or, without them, by the NAT gateway.
resource "aws_vpc_security_group_egress_rule" "https" {
  for_each          = var.enabled ? { "the VPC" = var.vpc_cidr, "SSM" = "0.0.0.0/0" } : {}
  security_group_id = aws_security_group.this[0].id
  description       = "HTTPS to ${each.key}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_iam_role" "this" {
  count              = local.count
  name               = "${var.name}-access-host"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy_attachment" "ssm" {
  count      = local.count
  role       = aws_iam_role.this[0].name
  policy_arn = "arn:${var.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
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
    volume_type = "gp3"
    volume_size = 8
  }

  tags = { Name = "${var.name}-access" }
}
