variable "name" {
  description = "Prefix of every name, weatherline-ENVIRONMENT."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,40}$", var.name))
    error_message = "The name has 3 to 41 lower-case letters, digits and hyphens, and begins with a letter."
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

variable "enabled" {
  description = "Whether the host exists. Off until somebody needs the private API."
  type        = bool
  default     = false
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_id" {
  description = "A private subnet."
  type        = string
}

variable "ami_id" {
  description = "Amazon Linux 2023 for arm64, pinned."
  type        = string

  validation {
    condition     = can(regex("^ami-[0-9a-f]{8,17}$", var.ami_id))
    error_message = "ami_id is one image."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the VPC: the API and the endpoints of SSM."
  type        = string

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0))
    error_message = "vpc_cidr is a CIDR."
  }
}

variable "account_id" {
  description = "The account; null = that of who applies this, and policies are known only then."
  type        = string
  default     = null

  validation {
    condition     = var.account_id == null ? true : can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is twelve digits."
  }
}

variable "region" {
  description = "The region; null = the provider's."
  type        = string
  default     = null

  validation {
    condition     = var.region == null ? true : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is a region code, such as us-east-2."
  }
}

variable "internet_egress" {
  description = "Whether the host reaches SSM by NAT. False where the VPC has endpoints for ssm, ssmmessages, logs and kms."
  type        = bool
  default     = true
}

variable "session_minutes" {
  description = "Minutes after which a shell ends, used or not."
  type        = number
  default     = 60

  validation {
    condition     = var.session_minutes >= 15 && var.session_minutes <= 720
    error_message = "A shell ends after 15 to 720 minutes."
  }
}

variable "log_retention_days" {
  description = "Days for which the log of shells is kept."
  type        = number
  default     = 365

  validation {
    condition     = contains([90, 180, 365, 400], var.log_retention_days)
    error_message = "One of 90, 180, 365, 400."
  }
}

variable "api" {
  description = "The cluster's security group, which the host is let into on 443; null leaves that to the caller."
  type        = object({ security_group_id = string })
  default     = null
}
