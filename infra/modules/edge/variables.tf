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

variable "zone_name" {
  description = "Public hosted zone, which exists already."
  type        = string
}

variable "zone_id" {
  description = "Id of the zone where it is known; null looks it up by zone_name."
  type        = string
  default     = null
}

variable "domain" {
  description = "Host name of the gateway, within the zone."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.domain))
    error_message = "domain is one host name, without a wildcard."
  }
}

variable "health_check" {
  description = "Asks for path at the domain from outside by Route 53; null = nobody asks. Its metrics are in us-east-1, wherever the gateway is."
  type = object({
    path             = optional(string, "/health")
    interval_seconds = optional(number, 30)
    failures         = optional(number, 3)
  })
  default = null

  validation {
    condition     = var.health_check == null ? true : startswith(var.health_check.path, "/") && contains([10, 30], var.health_check.interval_seconds) && var.health_check.failures >= 1 && var.health_check.failures <= 10
    error_message = "health_check has a path that begins with /, every 10 or 30 seconds, and 1 to 10 failures in a row."
  }
}

variable "rate_limit" {
  description = "Requests of one address in five minutes before it is refused."
  type        = number
  default     = 2000

  validation {
    condition     = var.rate_limit >= 100 && var.rate_limit <= 100000
    error_message = "rate_limit is 100 to 100000."
  }
}

variable "log_kms_key_arn" {
  description = "Key of the firewall's log group (../audit makes one)."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[^*]+$", var.log_kms_key_arn))
    error_message = "log_kms_key_arn is the ARN of one key."
  }
}

variable "log_retention_days" {
  description = "Days that logs of firewall and load balancer are kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "log_retention_days is 30, 60, 90, 180 or 365."
  }
}

variable "force_destroy" {
  description = "Whether destroying the bucket destroys its logs."
  type        = bool
  default     = false
}
