locals {
  broker_count = length(var.subnet_ids) * var.brokers_per_zone

  # What every topic of the chain states for itself, for a topic that somebody makes by hand.
  server_properties = {
    "auto.create.topics.enable"      = "false"
    "default.replication.factor"     = "3"
    "min.insync.replicas"            = "2"
    "num.partitions"                 = "12"
    "unclean.leader.election.enable" = "false"
    "log.retention.hours"            = "336"
    # Longer than the topics' 14 days: a replay lane may rest for weeks, and a forgotten position reads as lag.
    "offsets.retention.minutes" = "86400"
    "message.max.bytes"         = "4194304"
    "replica.fetch.max.bytes"   = "4194304"
  }
}

resource "aws_kms_key" "this" {
  count                   = local.provisioned
  description             = "${var.name}: Kafka at rest"
  enable_key_rotation     = true
  deletion_window_in_days = var.kms_deletion_days
}

resource "aws_kms_alias" "this" {
  count         = local.provisioned
  name          = "alias/${var.name}-kafka"
  target_key_id = aws_kms_key.this[0].key_id
}

resource "aws_cloudwatch_log_group" "this" {
  count             = local.provisioned
  name              = "/aws/msk/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn
}

resource "aws_msk_configuration" "this" {
  count             = local.provisioned
  name              = var.name
  kafka_versions    = [var.kafka_version]
  server_properties = join("\n", concat([for key, value in local.server_properties : "${key}=${value}"], [""]))

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_msk_cluster" "this" {
  count                  = local.provisioned
  cluster_name           = var.name
  kafka_version          = var.kafka_version
  number_of_broker_nodes = local.broker_count
  enhanced_monitoring    = "PER_TOPIC_PER_BROKER"

  configuration_info {
    arn      = aws_msk_configuration.this[0].arn
    revision = aws_msk_configuration.this[0].latest_revision
  }

  broker_node_group_info {
    instance_type   = var.instance_type
    client_subnets  = var.subnet_ids
    security_groups = [aws_security_group.this[0].id]

    storage_info {
      ebs_storage_info {
        volume_size = var.volume_gb
      }
    }
  }

  client_authentication {
    unauthenticated = false

    sasl {
      iam   = true
      scram = false
    }
  }

  encryption_info {
    encryption_at_rest_kms_key_arn = aws_kms_key.this[0].arn

    encryption_in_transit {
      client_broker = "TLS"
      in_cluster    = true
    }
  }

  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled   = true
        log_group = aws_cloudwatch_log_group.this[0].name
      }
    }
  }

  lifecycle {
    precondition {
      condition     = local.broker_count >= 3
      error_message = "Topics have three copies: ${local.broker_count} brokers cannot hold them. Give three subnets, or two with brokers_per_zone = 2."
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "disk" {
  count               = local.provisioned * local.broker_count
  alarm_name          = "${var.name}-kafka-disk-${count.index + 1}"
  alarm_description   = "Broker ${count.index + 1} has used three quarters of its disk. A full one stops."
  namespace           = "AWS/Kafka"
  metric_name         = "KafkaDataLogsDiskUsed"
  dimensions          = { "Cluster Name" = var.name, "Broker ID" = tostring(count.index + 1) }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  threshold           = 75
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

resource "aws_cloudwatch_metric_alarm" "under_replicated" {
  count               = local.provisioned * local.broker_count
  alarm_name          = "${var.name}-kafka-under-replicated-${count.index + 1}"
  alarm_description   = "Broker ${count.index + 1} leads partitions that lack a copy. With two lost, writes stop."
  namespace           = "AWS/Kafka"
  metric_name         = "UnderReplicatedPartitions"
  dimensions          = { "Cluster Name" = var.name, "Broker ID" = tostring(count.index + 1) }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

resource "aws_cloudwatch_metric_alarm" "controller" {
  count               = local.provisioned
  alarm_name          = "${var.name}-kafka-controller"
  alarm_description   = "No broker is the controller: partitions get no new leaders."
  namespace           = "AWS/Kafka"
  metric_name         = "ActiveControllerCount"
  dimensions          = { "Cluster Name" = var.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}
