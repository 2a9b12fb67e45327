# The same rights that manifests/base/kafka/users gives with ACLs, in IAM's words. Read and Write imply Describe there,
# here they do not.
locals {
  stages = ["run.requested", "readings.fetched", "records.transformed", "product.stored"]
  lanes  = ["", ".replay"]
  chain = {
    fetch     = { reads = "run.requested", writes = "readings.fetched" }
    transform = { reads = "readings.fetched", writes = "records.transformed" }
    upload    = { reads = "records.transformed", writes = "product.stored" }
  }

  topic = replace(var.cluster_arn, ":cluster/", ":topic/")
  group = replace(var.cluster_arn, ":cluster/", ":group/")

  topics = flatten([for stage in local.stages : [for lane in local.lanes : [
    "${local.topic}/weatherline.${stage}${lane}",
    "${local.topic}/weatherline.${stage}${lane}.dlq",
  ]]])
  groups = flatten([for name in keys(local.chain) : [for lane in local.lanes : "${local.group}/weatherline.${name}${lane}"]])

  connect = {
    Sid      = "Connect"
    Effect   = "Allow"
    Action   = ["kafka-cluster:Connect", "kafka-cluster:DescribeCluster"]
    Resource = [var.cluster_arn]
  }

  functions = { for name, stage in local.chain : name => [
    local.connect,
    {
      Sid      = "ReadInput"
      Effect   = "Allow"
      Action   = ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"]
      Resource = [for lane in local.lanes : "${local.topic}/weatherline.${stage.reads}${lane}"]
    },
    {
      Sid    = "WriteOutputAndDeadLetters"
      Effect = "Allow"
      Action = ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"]
      Resource = flatten([for lane in local.lanes : [
        "${local.topic}/weatherline.${stage.writes}${lane}",
        "${local.topic}/weatherline.${stage.reads}${lane}.dlq",
      ]])
    },
    {
      Sid      = "KeepPosition"
      Effect   = "Allow"
      Action   = ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"]
      Resource = [for lane in local.lanes : "${local.group}/weatherline.${name}${lane}"]
    },
    # KEDA asks for the lag with the function's own role: the same topics and groups, nothing more.
  ] }

  trigger = [
    local.connect,
    {
      Sid      = "OpenSlots"
      Effect   = "Allow"
      Action   = ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"]
      Resource = ["${local.topic}/weatherline.run.requested"]
    },
  ]

  # No KafkaTopic resource makes topics here, so `weatherline topics apply` must be able to. It never deletes one.
  operator = [
    local.connect,
    {
      Sid    = "TopicsOfTheChain"
      Effect = "Allow"
      Action = [
        "kafka-cluster:AlterTopic",
        "kafka-cluster:AlterTopicDynamicConfiguration",
        "kafka-cluster:CreateTopic",
        "kafka-cluster:DescribeTopic",
        "kafka-cluster:DescribeTopicDynamicConfiguration",
        "kafka-cluster:ReadData",
        "kafka-cluster:WriteData",
      ]
      Resource = local.topics
    },
    {
      Sid    = "WhereGroupsStand"
      Effect = "Allow"
      Action = ["kafka-cluster:DescribeGroup"]
      Resource = concat(local.groups, [
        "${local.group}/weatherline.tail",
        "${local.group}/weatherline.replay-follower",
      ])
    },
  ]

  keda = [{
    Sid      = "TakeRolesOfFunctions"
    Effect   = "Allow"
    Action   = ["sts:AssumeRole"]
    Resource = values(var.function_role_arns)
  }]

  statements = merge(local.functions, { trigger = local.trigger, operator = local.operator, keda = local.keda })
}
