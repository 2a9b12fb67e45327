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

variable "environment" {
  description = "Value of the tag environment whose cost the budget counts."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.environment))
    error_message = "One environment: lower-case letters, digits and hyphens."
  }
}

variable "monthly_usd" {
  description = "Budget of a month."
  type        = number

  validation {
    condition     = var.monthly_usd > 0
    error_message = "A budget is more than nothing."
  }
}

variable "emails" {
  description = "Who hears of it."
  type        = set(string)

  validation {
    condition     = length(var.emails) > 0 && alltrue([for email in var.emails : can(regex("^[^@ ]+@[^@ ]+$", email))])
    error_message = "At least one address must hear of it."
  }
}

variable "anomaly_monitor" {
  description = "Whether to make the monitor of services, which an account has once."
  type        = bool
  default     = false
}

variable "anomaly_usd" {
  description = "From what impact in USD an anomaly is told."
  type        = number
  default     = 20

  validation {
    condition     = var.anomaly_usd > 0
    error_message = "An anomaly of nothing is none."
  }
}

variable "off_hours" {
  description = "Cluster whose node group has no nodes outside working hours, its size then, and when (EventBridge Scheduler's cron, in a time zone); null = always on."
  type = object({
    cluster_name = string
    node_group   = optional(string, "system")
    size         = optional(number, 2)
    max_size     = optional(number, 4)
    stop         = optional(string, "cron(0 20 ? * MON-FRI *)")
    start        = optional(string, "cron(0 7 ? * MON-FRI *)")
    timezone     = optional(string, "UTC")
  })
  default = null

  validation {
    condition     = var.off_hours == null ? true : can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", var.off_hours.cluster_name)) && can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$", var.off_hours.node_group))
    error_message = "One cluster and one node group of it, by their names."
  }

  validation {
    condition     = var.off_hours == null ? true : var.off_hours.size >= 1 && var.off_hours.max_size >= var.off_hours.size
    error_message = "By day there is a node at least, and no fewer at most."
  }

  validation {
    condition     = var.off_hours == null ? true : alltrue([for when in [var.off_hours.stop, var.off_hours.start] : can(regex("^cron\\([^()]+\\)$", when))]) && var.off_hours.stop != var.off_hours.start
    error_message = "stop and start are two cron expressions of EventBridge Scheduler, cron(MINUTE HOUR DAY MONTH WEEKDAY YEAR)."
  }
}
