variable "bucket_arn" {
  description = "ARN of the bucket of states."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of its key."
  type        = string
}

variable "environment_role_arns" {
  description = "Roles of environments that CI's role goes on to."
  type        = set(string)
}
