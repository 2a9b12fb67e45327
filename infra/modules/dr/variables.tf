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

variable "primary_region" {
  description = "Region that may be lost."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.primary_region))
    error_message = "primary_region is a region code, such as us-east-2."
  }
}

variable "product_store" {
  description = "Bucket and key of a ../product-store of this region, which then receives the products; null = a bucket of this module."
  type        = object({ bucket_arn = string, kms_key_arn = string })
  default     = null
}

variable "access_log" {
  description = "The bucket that receives the access log of this module's bucket; null = none."
  type        = object({ bucket = string })
  default     = null
}

variable "replications" {
  description = "Buckets whose copies are watched, by what they hold."
  type        = map(object({ source_bucket = string, destination_bucket = string }))

  validation {
    condition     = length(var.replications) > 0
    error_message = "Without a copy there is nothing to take over with."
  }
}

variable "alarm_emails" {
  description = "Who hears that a copy is behind. Each address confirms the subscription once."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+$", email))])
    error_message = "alarm_emails are addresses."
  }
}

variable "failover" {
  description = "Name, zone and load balancers of both regions; null leaves names to external-dns. secondary null: only the primary's record."
  type = object({
    domain    = string
    zone_id   = string
    primary   = object({ dns_name = string, zone_id = string })
    secondary = optional(object({ dns_name = string, zone_id = string }))
  })
  default = null

  validation {
    condition     = var.failover == null ? true : var.failover.secondary == null ? true : var.failover.secondary.dns_name != var.failover.primary.dns_name
    error_message = "A fail-over to the same load balancer is none."
  }
}
