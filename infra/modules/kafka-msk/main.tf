locals {
  serverless  = var.kafka_mode == "serverless" ? 1 : 0
  provisioned = var.kafka_mode == "provisioned" ? 1 : 0
  any         = var.kafka_mode == "none" ? 0 : 1

  # At most one of the two exists.
  cluster_arn = one(concat(aws_msk_serverless_cluster.this[*].arn, aws_msk_cluster.this[*].arn))
  brokers = one(concat(
    aws_msk_serverless_cluster.this[*].bootstrap_brokers_sasl_iam,
    aws_msk_cluster.this[*].bootstrap_brokers_sasl_iam,
  ))
}

resource "aws_security_group" "this" {
  count       = local.any
  name        = "${var.name}-kafka"
  description = "Kafka brokers"
  vpc_id      = var.vpc_id
  tags        = { Name = "${var.name}-kafka" }

  lifecycle {
    create_before_destroy = true
  }
}

# 9098 is IAM over TLS. There is no rule for 9092 (plain) or 9094 (TLS without a name), and none for addresses.
resource "aws_vpc_security_group_ingress_rule" "iam" {
  for_each                     = local.any == 1 ? var.client_security_groups : {}
  security_group_id            = aws_security_group.this[0].id
  description                  = "Kafka with IAM from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 9098
  to_port                      = 9098
}

resource "aws_msk_serverless_cluster" "this" {
  count        = local.serverless
  cluster_name = var.name

  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = [aws_security_group.this[0].id]
  }

  client_authentication {
    sasl {
      iam {
        enabled = true
      }
    }
  }
}

module "policies" {
  source             = "./policies"
  count              = local.any
  cluster_arn        = local.cluster_arn
  function_role_arns = var.function_role_arns
}
