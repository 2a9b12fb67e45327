variable "name" {
  description = "Prefix of names: `weatherline-ENV`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "A name is 3 to 31 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "account_id" {
  description = "Number of the AWS account; the bucket's name ends in it."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's number has 12 digits."
  }
}

variable "region" {
  description = "Region of key and bucket."
  type        = string
}

variable "multi_region" {
  description = "Whether the key can have a replica in another region, where Vault is restored after the loss of this one. Chosen when the key is made."
  type        = bool
  default     = false
}

variable "replica_of" {
  description = "The multi-region key of another region that this one repeats; null = a key of its own."
  type        = object({ key_arn = string })
  default     = null

  validation {
    condition     = var.replica_of == null ? true : can(regex(":key/mrk-[^*]+$", var.replica_of.key_arn))
    error_message = "Only a multi-region key (mrk-…) has replicas."
  }
}

variable "snapshot_replica" {
  description = "Bucket and key in another region that receive every snapshot within 15 minutes; null = none."
  type        = object({ bucket_arn = string, kms_key_arn = string, region = string })
  default     = null
}

variable "deletion_roles" {
  description = "Roles that alone may schedule the key's deletion or disable it; empty = whoever IAM lets."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.deletion_roles : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[^*]+$", arn))])
    error_message = "Roles by their ARN, without patterns."
  }
}

variable "access_log" {
  description = "The bucket that receives the access log; null = none."
  type        = object({ bucket = string })
  default     = null
}

variable "snapshot_days" {
  description = "Days for which snapshots are kept."
  type        = number
  default     = 30

  validation {
    condition     = var.snapshot_days >= 7
    error_message = "A week at least: mistakes are found late."
  }
}

variable "lock_days" {
  description = "Days for which no snapshot may be deleted (governance mode); null = no lock. Chosen when the bucket is made."
  type        = number
  default     = null
}

variable "force_destroy" {
  description = "Whether destroying the bucket destroys the snapshots. Never in prod."
  type        = bool
  default     = false
}

variable "alarm_topic" {
  description = "Topic that hears when the replica falls behind; null = nobody, the alarm shows all the same."
  type        = object({ arn = string })
  default     = null
}
