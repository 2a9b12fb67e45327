variable "name" {
  description = "Prefix of names: `weatherline-ENV`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "A name is 3 to 31 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "account_id" {
  description = "Number of the AWS account; buckets' names end in it."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's number has 12 digits."
  }
}

variable "region" {
  description = "Region of what is stored."
  type        = string
}

variable "log_retention_days" {
  description = "Days for which access logs and flow logs are kept."
  type        = number
  default     = 90

  validation {
    condition     = var.log_retention_days >= 30
    error_message = "A month at least: intrusions are found late."
  }
}

variable "replica" {
  description = "Bucket and key in another region that receive every product within 15 minutes; null = none."
  type        = object({ bucket_arn = string, kms_key_arn = string, region = string })
  default     = null
}

variable "snapshot_replica" {
  description = "Bucket and key in another region that receive every snapshot of Vault; null = none."
  type        = object({ bucket_arn = string, kms_key_arn = string, region = string })
  default     = null
}

variable "alarm_topic" {
  description = "Topic that hears when something is not copied; null = nobody, the alarm shows all the same."
  type        = object({ arn = string })
  default     = null
}

variable "eventbridge" {
  description = "Whether S3 tells EventBridge of every change of a product."
  type        = bool
  default     = false
}

variable "vault" {
  description = "Vault's key and snapshots, as ../vault-unseal has them."
  type = object({
    multi_region   = optional(bool, false)
    replica_of     = optional(object({ key_arn = string }))
    deletion_roles = optional(set(string), [])
    snapshot_days  = optional(number, 30)
    lock_days      = optional(number)
  })
  default = {}
}

variable "registry" {
  description = "Repositories of images, as ../registry has them; null = none, where another environment of the account or a replication makes them."
  type = object({
    kept_releases  = optional(number, 30)
    build_cache    = optional(bool, false)
    enhanced_scan  = optional(bool, false)
    replica_region = optional(string)
    pull_through   = optional(map(string), {})
    pullers        = optional(set(string), [])
  })
  default = {}
}

variable "force_destroy" {
  description = "Whether destroying the stores destroys what they hold. Never in prod."
  type        = bool
  default     = false
}
