provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name                   = "weatherline-prod"
  vpc_id                 = "vpc-1"
  subnet_ids             = ["subnet-a", "subnet-b", "subnet-c"]
  client_security_groups = { cluster = "sg-1" }
  log_kms_key_arn        = "arn:aws:kms:us-east-2:111122223333:key/logs"
  function_role_arns = {
    fetch     = "arn:aws:iam::111122223333:role/weatherline-prod-fetch"
    transform = "arn:aws:iam::111122223333:role/weatherline-prod-transform"
    upload    = "arn:aws:iam::111122223333:role/weatherline-prod-upload"
  }
}

run "none_makes_nothing" {
  command = plan

  assert {
    condition = length(concat(
      aws_msk_cluster.this, aws_msk_serverless_cluster.this, aws_security_group.this, aws_kms_key.this,
      aws_cloudwatch_log_group.this, aws_cloudwatch_metric_alarm.disk,
    )) == 0
    error_message = "Strimzi is the default: nothing of MSK is made."
  }
  assert {
    condition     = output.policies == {} && output.bootstrap_brokers == null && output.cluster_arn == null
    error_message = "Without MSK there is nothing to allow."
  }
}

run "serverless_has_iam_and_one_port" {
  command = plan
  variables {
    kafka_mode = "serverless"
  }

  assert {
    condition     = length(aws_msk_cluster.this) == 0 && aws_msk_serverless_cluster.this[0].cluster_name == "weatherline-prod"
    error_message = "serverless is one serverless cluster by the name of the environment."
  }
  assert {
    condition     = aws_msk_serverless_cluster.this[0].client_authentication[0].sasl[0].iam[0].enabled
    error_message = "Serverless is asked with IAM."
  }
  assert {
    condition = alltrue([for rule in aws_vpc_security_group_ingress_rule.iam :
      rule.from_port == 9098 && rule.to_port == 9098 && rule.cidr_ipv4 == null && rule.referenced_security_group_id == "sg-1"
    ])
    error_message = "Only a named group reaches the brokers, and only at 9098."
  }
}

run "provisioned_is_encrypted_and_durable" {
  command = plan
  variables {
    kafka_mode       = "provisioned"
    alarm_topic_arns = ["arn:aws:sns:us-east-2:111122223333:weatherline-prod-alerts"]
  }

  assert {
    condition     = length(aws_msk_serverless_cluster.this) == 0 && aws_msk_cluster.this[0].number_of_broker_nodes == 3
    error_message = "provisioned is one broker in each zone."
  }
  assert {
    condition     = aws_msk_cluster.this[0].encryption_info[0].encryption_in_transit[0].client_broker == "TLS" && aws_msk_cluster.this[0].encryption_info[0].encryption_in_transit[0].in_cluster
    error_message = "No byte goes over the wire in the clear."
  }
  assert {
    condition     = !aws_msk_cluster.this[0].client_authentication[0].unauthenticated && aws_msk_cluster.this[0].client_authentication[0].sasl[0].iam && !aws_msk_cluster.this[0].client_authentication[0].sasl[0].scram
    error_message = "IAM is the only way in."
  }
  assert {
    condition     = length(aws_msk_cluster.this[0].open_monitoring) == 0
    error_message = "Exporters are on that nobody can reach."
  }
  assert {
    condition     = aws_kms_key.this[0].enable_key_rotation && aws_kms_alias.this[0].name == "alias/weatherline-prod-kafka"
    error_message = "The key rotates and has its name."
  }
  assert {
    condition = alltrue([for line in ["auto.create.topics.enable=false", "min.insync.replicas=2", "default.replication.factor=3", "unclean.leader.election.enable=false"] :
      contains(split("\n", aws_msk_configuration.this[0].server_properties), line)
    ])
    error_message = "Brokers create no topic by themselves and keep three copies, two of them sure."
  }
  assert {
    condition     = aws_cloudwatch_log_group.this[0].retention_in_days == 30 && aws_cloudwatch_log_group.this[0].kms_key_id == var.log_kms_key_arn
    error_message = "Logs are encrypted and end."
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.disk) == 3 && aws_cloudwatch_metric_alarm.controller[0].alarm_actions == toset(var.alarm_topic_arns)
    error_message = "Each broker has its alarm and somebody hears it."
  }
}

run "two_brokers_cannot_hold_three_copies" {
  command = plan
  variables {
    kafka_mode = "provisioned"
    subnet_ids = ["subnet-a", "subnet-b"]
  }
  expect_failures = [aws_msk_cluster.this]
}

run "an_unknown_mode_is_refused" {
  command = plan
  variables {
    kafka_mode = "both"
  }
  expect_failures = [var.kafka_mode]
}

run "zookeeper_is_refused" {
  command = plan
  variables {
    kafka_version = "3.8.x"
  }
  expect_failures = [var.kafka_version]
}

run "a_cluster_that_nobody_reaches_is_refused" {
  command = plan
  variables {
    client_security_groups = {}
  }
  expect_failures = [var.client_security_groups]
}

run "a_function_left_out_is_refused" {
  command = plan
  variables {
    function_role_arns = { fetch = "arn:aws:iam::111122223333:role/weatherline-prod-fetch" }
  }
  expect_failures = [var.function_role_arns]
}

# Express brokers have no disk of their own to size, fixed copies and no configuration of these settings.
run "express_brokers_are_refused" {
  command = plan
  variables {
    kafka_mode    = "provisioned"
    instance_type = "express.m7g.large"
  }
  expect_failures = [var.instance_type]
}
