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

variable "account_wide" {
  description = "Whether this call makes what an account has once: the trail, the block of public S3. True in one region of each account."
  type        = bool
  default     = true
}

variable "data_event_buckets" {
  description = "Buckets whose every read and write of objects the trail records: the products."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.data_event_buckets : can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", name))])
    error_message = "data_event_buckets are names of buckets, without wildcards."
  }
}

variable "guardduty_features" {
  description = "What GuardDuty watches beside the logs that it always does. RUNTIME_MONITORING brings its add-on to EKS."
  type        = set(string)
  default     = ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS"]

  validation {
    condition     = alltrue([for name in var.guardduty_features : contains(["S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "RUNTIME_MONITORING", "EBS_MALWARE_PROTECTION"], name)])
    error_message = "guardduty_features are some of S3_DATA_EVENTS, EKS_AUDIT_LOGS, RUNTIME_MONITORING, EBS_MALWARE_PROTECTION."
  }
}

variable "trail_retention_days" {
  description = "Days that the trail's files are kept."
  type        = number
  default     = 365

  validation {
    condition     = var.trail_retention_days >= 90
    error_message = "The trail is kept for 90 days at least: intrusions are found late."
  }
}

variable "access_log" {
  description = "The bucket that receives the trail bucket's access log; null = none."
  type        = object({ bucket = string })
  default     = null
}

variable "trail_lock_days" {
  description = "Days for which no file of the trail may be deleted (governance mode); null = no lock. Chosen when the bucket is made."
  type        = number
  default     = null

  validation {
    condition     = var.trail_lock_days == null ? true : var.trail_lock_days >= 1
    error_message = "A lock lasts a day at least."
  }
}

variable "force_destroy" {
  description = "Whether destroying the trail's bucket destroys the trail. Only where everything may be lost."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "Days for which the trail's log group, from which alarms are made, is kept. The bucket keeps the trail itself."
  type        = number
  default     = 90

  validation {
    condition     = contains([30, 60, 90, 180, 365, 400], var.log_retention_days)
    error_message = "One of 30, 60, 90, 180, 365, 400."
  }
}

variable "break_glass_role_arns" {
  description = "Roles for emergencies: each use of one is told."
  type        = set(string)
  default     = []

  validation {
    condition     = length(var.break_glass_role_arns) <= 5 && alltrue([for arn in var.break_glass_role_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$", arn))])
    error_message = "At most five roles, by their ARN and without patterns."
  }
}

variable "alarm_emails" {
  description = "Who hears of alarms. Each address confirms the subscription once."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+$", email))])
    error_message = "alarm_emails are addresses."
  }
}
