variable "name" {
  description = "Prefix of names: `weatherline-ENV`."
  type        = string
}

variable "of" {
  description = "What the bucket holds, for the role's name: products, or vault-snapshots."
  type        = string
}

variable "account_id" {
  description = "Number of the AWS account."
  type        = string
}

variable "region" {
  description = "Region of the bucket."
  type        = string
}

variable "bucket" {
  description = "Name of the bucket, known once it keeps versions."
  type        = string
}

variable "bucket_arn" {
  description = "ARN of the bucket."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of the bucket's key."
  type        = string
}

variable "replica" {
  description = "Bucket, key and region that receive every object."
  type        = object({ bucket_arn = string, kms_key_arn = string, region = string })
}

variable "alarm_topic" {
  description = "Topic that hears when the replica falls behind; null = nobody, the alarm shows all the same."
  type        = object({ arn = string })
  default     = null
}
