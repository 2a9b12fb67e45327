variable "name" {
  description = "Prefix of every name, weatherline-ENVIRONMENT."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,40}$", var.name))
    error_message = "The name has 3 to 41 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "kafka_mode" {
  description = "none: Strimzi runs in the cluster and nothing is made here; serverless or provisioned: Amazon MSK with IAM."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "serverless", "provisioned"], var.kafka_mode)
    error_message = "kafka_mode is none, serverless or provisioned."
  }
}

variable "vpc_id" {
  description = "VPC of the brokers."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of the brokers, one in each zone."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2 && length(var.subnet_ids) <= 5
    error_message = "MSK takes 2 to 5 subnets, each in a zone of its own."
  }
}

variable "client_security_groups" {
  description = "Who may reach the brokers: security group ids by a name of one's own, such as { cluster = \"sg-…\" }."
  type        = map(string)

  validation {
    condition     = length(var.client_security_groups) > 0
    error_message = "Without one client group nothing could reach the brokers."
  }
}

variable "kafka_version" {
  description = "Apache Kafka of a provisioned cluster, as MSK spells it. KRaft only: the chain has no use for ZooKeeper."
  type        = string
  default     = "3.9.x.kraft"

  validation {
    condition     = can(regex("^[34]\\.[0-9]+\\.x\\.kraft$", var.kafka_version))
    error_message = "kafka_version is a KRaft version as MSK spells it, such as 3.9.x.kraft."
  }
}

variable "instance_type" {
  description = "Brokers of a provisioned cluster."
  type        = string
  default     = "kafka.m7g.large"

  validation {
    condition     = can(regex("^kafka\\.[a-z0-9]+\\.[a-z0-9]+$", var.instance_type))
    error_message = "instance_type is a Standard broker, such as kafka.m7g.large. Express brokers (express.*) take no disk and not these settings."
  }
}

variable "brokers_per_zone" {
  description = "Brokers of a provisioned cluster in each zone."
  type        = number
  default     = 1

  validation {
    condition     = var.brokers_per_zone >= 1 && var.brokers_per_zone <= 5 && floor(var.brokers_per_zone) == var.brokers_per_zone
    error_message = "brokers_per_zone is a whole number from 1 to 5."
  }
}

variable "volume_gb" {
  description = "Disk of each broker of a provisioned cluster."
  type        = number
  default     = 100

  validation {
    condition     = var.volume_gb >= 10 && var.volume_gb <= 16384
    error_message = "volume_gb is 10 to 16384."
  }
}

variable "kms_deletion_days" {
  description = "How long the key of a deleted provisioned cluster can still be saved."
  type        = number
  default     = 30

  validation {
    condition     = var.kms_deletion_days >= 7 && var.kms_deletion_days <= 30
    error_message = "KMS waits 7 to 30 days."
  }
}

variable "log_kms_key_arn" {
  description = "Key of the brokers' log group. Its policy must let CloudWatch Logs use it (../audit makes one)."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/", var.log_kms_key_arn))
    error_message = "log_kms_key_arn is the ARN of a key."
  }
}

variable "log_retention_days" {
  description = "How long the brokers' logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365, 731], var.log_retention_days)
    error_message = "log_retention_days is one of 7, 14, 30, 60, 90, 180, 365, 731."
  }
}

variable "alarm_topic_arns" {
  description = "SNS topics that hear of full disks, missing controllers and partitions without all of their copies."
  type        = list(string)
  default     = []
}

variable "function_role_arns" {
  description = "Role ARNs of fetch, transform and upload: KEDA may take these and no others. Names are known, so build the ARNs rather than read them."
  type        = map(string)

  validation {
    condition     = toset(keys(var.function_role_arns)) == toset(["fetch", "transform", "upload"])
    error_message = "function_role_arns names fetch, transform and upload, and nothing else."
  }
}
