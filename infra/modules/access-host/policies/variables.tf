variable "partition" {
  description = "Partition of ARNs."
  type        = string
}

variable "account_id" {
  description = "The account."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "log_group_name" {
  description = "Log of shells."
  type        = string
}

variable "kms_key_arn" {
  description = "Key of sessions and of their log."
  type        = string
}

variable "instance_arn" {
  description = "The host."
  type        = string
}

variable "document_name" {
  description = "Document of a recorded shell."
  type        = string
}

variable "minutes" {
  description = "Minutes after which a shell ends."
  type        = number
}
