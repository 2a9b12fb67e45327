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
  description = "Region of the bucket."
  type        = string
}

variable "access_log" {
  description = "The bucket that receives the access log; null = none."
  type        = object({ bucket = string })
  default     = null
}

variable "write_endpoint" {
  description = "The VPC endpoint through which alone objects are written; null = from anywhere."
  type        = object({ id = string })
  default     = null
}

variable "replica" {
  description = "Bucket and key in another region that receive every object within 15 minutes; null = none."
  type        = object({ bucket_arn = string, kms_key_arn = string, region = string })
  default     = null
}

variable "eventbridge" {
  description = "Whether S3 tells EventBridge of every change."
  type        = bool
  default     = false
}

variable "force_destroy" {
  description = "Whether destroying the bucket destroys the products. Never in prod."
  type        = bool
  default     = false
}

variable "alarm_topic" {
  description = "Topic that hears when something is not copied; null = nobody, the alarm shows all the same."
  type        = object({ arn = string })
  default     = null
}
