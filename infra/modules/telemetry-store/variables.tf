variable "name" {
  description = "Prefix of every name, weatherline-ENVIRONMENT."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,40}$", var.name))
    error_message = "The name has 3 to 41 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "account_id" {
  description = "The account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is twelve digits."
  }
}

variable "region" {
  description = "The region."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is a region code, such as us-east-2."
  }
}

variable "partition" {
  description = "Partition of ARNs."
  type        = string
  default     = "aws"

  validation {
    condition     = contains(["aws", "aws-cn", "aws-us-gov"], var.partition)
    error_message = "partition is aws, aws-cn or aws-us-gov."
  }
}

variable "kms_key_arn" {
  description = "Customer managed key of the objects."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[^*]+$", var.kms_key_arn))
    error_message = "kms_key_arn is the ARN of one key."
  }
}

variable "retention_days" {
  description = "Days that metrics (thanos), logs (loki) and traces (tempo) are kept."
  type        = map(number)
  default     = { thanos = 365, loki = 90, tempo = 30 }

  validation {
    condition     = length(var.retention_days) > 0 && alltrue([for store in keys(var.retention_days) : contains(["thanos", "loki", "tempo"], store)])
    error_message = "retention_days names some of thanos, loki and tempo."
  }

  validation {
    condition     = alltrue([for days in values(var.retention_days) : days >= 7])
    error_message = "Telemetry is kept for a week at least: an incident is looked at after the weekend."
  }
}

variable "force_destroy" {
  description = "Whether destroying the buckets destroys what they hold."
  type        = bool
  default     = false
}

variable "access_log" {
  description = "The bucket that receives the access log; null = none."
  type        = object({ bucket = string })
  default     = null
}
