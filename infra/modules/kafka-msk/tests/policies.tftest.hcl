variables {
  cluster_arn = "arn:aws:kafka:us-east-2:111122223333:cluster/weatherline-prod/0f0f0f0f-1111-4222-8333-444444444444-2"
  function_role_arns = {
    fetch     = "arn:aws:iam::111122223333:role/weatherline-prod-fetch"
    transform = "arn:aws:iam::111122223333:role/weatherline-prod-transform"
    upload    = "arn:aws:iam::111122223333:role/weatherline-prod-upload"
  }
  # Read by the module above this one only.
  name                   = "weatherline-prod"
  vpc_id                 = "vpc-1"
  subnet_ids             = ["subnet-a", "subnet-b", "subnet-c"]
  client_security_groups = { cluster = "sg-1" }
  log_kms_key_arn        = "arn:aws:kms:us-east-2:111122223333:key/logs"
}

run "each_function_reads_and_writes_its_own_topics" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition     = toset(keys(output.json)) == toset(["fetch", "transform", "upload", "trigger", "operator", "keda"])
    error_message = "There is a document for each service account that speaks Kafka."
  }
  assert {
    condition = { for s in jsondecode(output.json["transform"]).Statement : s.Sid => [for r in s.Resource : element(split("/", r), 3)] if s.Sid != "Connect" } == {
      ReadInput = ["weatherline.readings.fetched", "weatherline.readings.fetched.replay"]
      WriteOutputAndDeadLetters = [
        "weatherline.records.transformed", "weatherline.readings.fetched.dlq",
        "weatherline.records.transformed.replay", "weatherline.readings.fetched.replay.dlq",
      ]
      KeepPosition = ["weatherline.transform", "weatherline.transform.replay"]
    }
    error_message = "transform reads readings, writes records and the dead letters of its input."
  }
  assert {
    condition = alltrue([for name in ["fetch", "transform", "upload"] : toset(flatten([for s in jsondecode(output.json[name]).Statement : s.Action])) == toset([
      "kafka-cluster:Connect", "kafka-cluster:DescribeCluster", "kafka-cluster:DescribeTopic", "kafka-cluster:ReadData",
      "kafka-cluster:WriteData", "kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup",
    ])])
    error_message = "A function can neither create, change nor delete a topic."
  }
  assert {
    condition     = toset(flatten([for s in jsondecode(output.json["trigger"]).Statement : s.Resource])) == toset([var.cluster_arn, "arn:aws:kafka:us-east-2:111122223333:topic/weatherline-prod/0f0f0f0f-1111-4222-8333-444444444444-2/weatherline.run.requested"])
    error_message = "trigger writes the live lane's first topic and knows no other."
  }
}

run "no_document_has_a_wildcard" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition     = !anytrue([for json in values(output.json) : strcontains(json, "*")])
    error_message = "No action and no resource of Kafka has a wildcard."
  }
  assert {
    condition     = alltrue(flatten([for json in values(output.json) : [for s in jsondecode(json).Statement : s.Effect == "Allow"]]))
    error_message = "Every statement allows something by name."
  }
}

run "the_operator_makes_topics_and_deletes_none" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition     = length([for s in jsondecode(output.json["operator"]).Statement : s.Resource if s.Sid == "TopicsOfTheChain"][0]) == 16
    error_message = "Four stages, two lanes, with dead letters: sixteen topics."
  }
  assert {
    condition     = !strcontains(output.json["operator"], "Delete") && !strcontains(output.json["operator"], "AlterGroup")
    error_message = "The operator deletes nothing and joins no group."
  }
}

run "keda_takes_the_three_roles_and_no_other" {
  command = plan
  module {
    source = "./policies"
  }

  assert {
    condition = jsonencode(jsondecode(output.json["keda"]).Statement) == jsonencode([{
      Sid      = "TakeRolesOfFunctions"
      Effect   = "Allow"
      Action   = ["sts:AssumeRole"]
      Resource = values(var.function_role_arns)
    }])
    error_message = "KEDA's only right is to take the functions' roles."
  }
}

run "a_wildcard_cluster_is_refused" {
  command = plan
  module {
    source = "./policies"
  }
  variables {
    cluster_arn = "arn:aws:kafka:us-east-2:111122223333:cluster/weatherline-prod/*"
  }
  expect_failures = [var.cluster_arn]
}

run "a_wildcard_role_is_refused" {
  command = plan
  module {
    source = "./policies"
  }
  variables {
    function_role_arns = { fetch = "arn:aws:iam::111122223333:role/*" }
  }
  expect_failures = [var.function_role_arns]
}
