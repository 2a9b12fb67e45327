variable "name" {
  description = "Name of the bucket: global, so it ends in the account's number."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name has 3 to 63 lower-case letters, digits and hyphens. Dots break TLS host names."
  }
}

variable "encryption" {
  description = "The customer managed key of every object; null = SSE-S3, which targets of log delivery need. An object, so that its presence is known before the key exists."
  type        = object({ kms_key_arn = string })
  default     = null
}

variable "access_log" {
  description = "The bucket that receives the access log, under `s3/NAME/`; null = none."
  type        = object({ bucket = string })
  default     = null
}

variable "delivery_services" {
  description = "Services of AWS that choose the encryption of what they deliver, such as CloudTrail, whose digests have SSE-S3."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for service in var.delivery_services : can(regex("^[a-z0-9.-]+\\.amazonaws\\.com$", service))])
    error_message = "Services by their principal, such as cloudtrail.amazonaws.com."
  }
}

variable "policy_documents" {
  description = "JSON policy documents whose statements join the bucket policy."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for document in var.policy_documents : can(jsondecode(document).Statement[0].Effect)])
    error_message = "Each document is JSON with a list of statements."
  }
}

variable "expire_days" {
  description = "Days after which current objects expire; null = never."
  type        = number
  default     = null

  validation {
    condition     = var.expire_days == null ? true : var.expire_days >= 1
    error_message = "Objects expire after at least a day."
  }
}

variable "noncurrent_days" {
  description = "Days for which replaced and deleted versions are kept."
  type        = number
  default     = 30

  validation {
    condition     = var.noncurrent_days >= 1
    error_message = "A version that was replaced is kept for a day at least: that is the way back from a mistake."
  }
}

variable "noncurrent_versions" {
  description = "How many replaced versions are kept beyond `noncurrent_days`; null = none."
  type        = number
  default     = 5

  validation {
    condition     = var.noncurrent_versions == null ? true : var.noncurrent_versions >= 1 && var.noncurrent_versions <= 100
    error_message = "S3 keeps 1 to 100 of the newest noncurrent versions."
  }
}

variable "archive_prefix" {
  description = "Prefix whose objects move to colder storage after 30, 90 and 365 days; null = none. Only for objects over 128 KB: S3 moves no smaller ones."
  type        = string
  default     = null

  validation {
    condition     = var.archive_prefix == null ? true : can(regex("^[^/].*/$", var.archive_prefix))
    error_message = "The prefix ends in a slash and does not begin with one: the whole bucket is never archived."
  }
}

variable "object_lock_days" {
  description = "Days for which no version may be deleted (governance mode); null = no lock. Chosen when the bucket is made."
  type        = number
  default     = null

  validation {
    condition     = var.object_lock_days == null ? true : var.object_lock_days >= 1
    error_message = "A lock lasts a day at least."
  }
}

variable "eventbridge" {
  description = "Whether S3 tells EventBridge of every change."
  type        = bool
  default     = false
}

variable "force_destroy" {
  description = "Whether destroying the bucket destroys its objects. True only where everything may be lost."
  type        = bool
  default     = false
}
