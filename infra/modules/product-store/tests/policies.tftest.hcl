provider "aws" {
  region                      = "us-east-2"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  bucket_arn  = "arn:aws:s3:::b"
  kms_key_arn = "arn:aws:kms:us-east-2:111122223333:key/k"
  region      = "us-east-2"
}

run "each_service_account_may_do_what_the_table_says" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition = { for who, json in output.json : who => { for s in jsondecode(json).Statement : s.Sid => s.Resource if s.Sid != "Key" && s.Sid != "List" } } == {
      fetch    = { Get = ["arn:aws:s3:::b/weather-readings/*", "arn:aws:s3:::b/keys/*"], Put = ["arn:aws:s3:::b/weather-readings/*", "arn:aws:s3:::b/keys/*"] }
      upload   = { Get = ["arn:aws:s3:::b/weather-products/*"], Put = ["arn:aws:s3:::b/weather-products/*", "arn:aws:s3:::b/replays/*/out/*"] }
      trigger  = { Get = ["arn:aws:s3:::b/weather-runs/*"], Put = ["arn:aws:s3:::b/weather-runs/*"] }
      gateway  = { Get = ["arn:aws:s3:::b/weather-products/*", "arn:aws:s3:::b/weather-runs/*"] }
      operator = { Get = ["arn:aws:s3:::b/*"], Put = ["arn:aws:s3:::b/replays/*"] }
    }
    error_message = "Objects that may be read or written differ from INTERFACES: ${jsonencode(output.json)}"
  }
  assert {
    condition = { for who, json in output.json : who => [for s in jsondecode(json).Statement : s.Condition.StringLike["s3:prefix"] if s.Sid == "List"][0] if who != "operator" } == {
      fetch   = ["weather-readings/*", "keys/*"]
      upload  = ["weather-products/*"]
      trigger = ["weather-runs/*"]
      gateway = ["weather-products/*", "weather-runs/*", "weather-readings/*"]
    }
    error_message = "Names that may be listed differ."
  }
  assert {
    condition     = alltrue([for json in output.json : alltrue([for s in jsondecode(json).Statement : s.Resource == "arn:aws:s3:::b" if s.Sid == "List"])])
    error_message = "Another bucket is listed."
  }
}

run "nobody_deletes_or_uses_patterns" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition = length(setsubtract(
      toset(flatten([for json in output.json : [for s in jsondecode(json).Statement : s.Action]])),
      ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListBucket", "kms:Decrypt", "kms:GenerateDataKey"],
    )) == 0
    error_message = "Another action is allowed."
  }
  assert {
    condition     = alltrue(flatten([for json in output.json : [for s in jsondecode(json).Statement : !contains(flatten([s.Resource]), "*") && s.Effect == "Allow"]]))
    error_message = "A statement is about everything."
  }
  assert {
    condition = alltrue([
      for json in output.json : alltrue([
        for s in jsondecode(json).Statement :
        s.Resource == "arn:aws:kms:us-east-2:111122223333:key/k" && s.Condition == { StringEquals = { "kms:ViaService" = "s3.us-east-2.amazonaws.com" } } if s.Sid == "Key"
      ])
    ])
    error_message = "The key is used by other ways than S3."
  }
  assert {
    condition     = toset([for who, json in output.json : who if !strcontains(json, "kms:GenerateDataKey")]) == toset(["gateway"])
    error_message = "Who only reads may encrypt, or who writes may not."
  }
}

run "replication_reads_here_and_writes_there" {
  command = plan
  module {
    source = "../bucket/replication"
  }
  variables {
    name       = "weatherline-test"
    of         = "products"
    account_id = "111122223333"
    bucket     = "b"
    replica    = { bucket_arn = "arn:aws:s3:::r", kms_key_arn = "arn:aws:kms:us-west-2:111122223333:key/r", region = "us-west-2" }
  }

  assert {
    condition = { for s in jsondecode(output.policy).Statement : s.Sid => s.Resource } == {
      ReadBucket    = "arn:aws:s3:::b"
      ReadVersions  = "arn:aws:s3:::b/*"
      WriteReplicas = "arn:aws:s3:::r/*"
      Decrypt       = "arn:aws:kms:us-east-2:111122223333:key/k"
      Encrypt       = "arn:aws:kms:us-west-2:111122223333:key/r"
    }
    error_message = "Replication touches other things: ${output.policy}"
  }
  assert {
    condition     = !strcontains(output.policy, "s3:ReplicateDelete") && aws_s3_bucket_replication_configuration.this.rule[0].delete_marker_replication[0].status == "Disabled"
    error_message = "A deletion here deletes there."
  }
  assert {
    condition = (
      aws_s3_bucket_replication_configuration.this.rule[0].destination[0].replication_time[0].time[0].minutes == 15 &&
      aws_s3_bucket_replication_configuration.this.rule[0].source_selection_criteria[0].sse_kms_encrypted_objects[0].status == "Enabled"
    )
    error_message = "Products are not copied within 15 minutes, or encrypted ones not at all."
  }
}

run "what_is_not_copied_is_told" {
  command = plan
  module {
    source = "../bucket/replication"
  }
  variables {
    name        = "weatherline-test"
    of          = "products"
    account_id  = "111122223333"
    bucket      = "b"
    replica     = { bucket_arn = "arn:aws:s3:::r", kms_key_arn = "arn:aws:kms:us-west-2:111122223333:key/r", region = "us-west-2" }
    alarm_topic = { arn = "arn:aws:sns:us-east-2:111122223333:ops" }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.failed.metric_name == "OperationsFailedReplication" && aws_cloudwatch_metric_alarm.failed.threshold == 0
    error_message = "An object that is not copied is seen by nobody."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.failed.dimensions == tomap({ SourceBucket = "b", DestinationBucket = "r", RuleId = "everything" }) && aws_cloudwatch_metric_alarm.failed.alarm_actions == toset(["arn:aws:sns:us-east-2:111122223333:ops"])
    error_message = "The alarm looks elsewhere, or tells nobody."
  }
}

run "locks_are_copied_with_what_is_locked" {
  command = plan
  module {
    source = "../bucket/replication"
  }
  variables {
    name       = "weatherline-test"
    of         = "vault-snapshots"
    account_id = "111122223333"
    bucket     = "b"
    replica    = { bucket_arn = "arn:aws:s3:::r", kms_key_arn = "arn:aws:kms:us-west-2:111122223333:key/r", region = "us-west-2" }
  }

  assert {
    condition     = strcontains(output.policy, "s3:GetObjectRetention") && strcontains(output.policy, "s3:GetObjectLegalHold") && aws_iam_role.this.name == "weatherline-test-vault-snapshots-replication"
    error_message = "S3 could not copy locked snapshots: ${output.policy}"
  }
}

run "a_replica_in_the_same_region_is_refused" {
  command = plan
  module {
    source = "../bucket/replication"
  }
  variables {
    name       = "weatherline-test"
    of         = "products"
    account_id = "111122223333"
    bucket     = "b"
    replica    = { bucket_arn = "arn:aws:s3:::r", kms_key_arn = "arn:aws:kms:us-east-2:111122223333:key/r", region = "us-east-2" }
  }
  expect_failures = [aws_iam_role.this]
}
