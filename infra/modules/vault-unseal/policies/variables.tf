variable "unseal_key_arn" {
  description = "ARN of the key that unseals Vault."
  type        = string
}

variable "bucket_arn" {
  description = "ARN of the bucket of snapshots."
  type        = string
}

variable "bucket_key_arn" {
  description = "ARN of that bucket's key."
  type        = string
}

variable "region" {
  description = "Region of both."
  type        = string
}
