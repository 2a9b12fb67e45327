variable "bucket_arn" {
  description = "ARN of the bucket of products."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of the bucket's key."
  type        = string
}

variable "region" {
  description = "Region of the bucket."
  type        = string
}
