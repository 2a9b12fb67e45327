variable "zone_arn" {
  description = "The hosted zone."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:route53:::hostedzone/[A-Z0-9]+$", var.zone_arn))
    error_message = "zone_arn is the ARN of one hosted zone."
  }
}

variable "domain" {
  description = "Host name whose records external-dns keeps."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.domain))
    error_message = "domain is one host name, without a wildcard."
  }
}

variable "cluster_name" {
  description = "Cluster whose load balancers the controller may change."
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

variable "partition" {
  description = "Partition of ARNs."
  type        = string
  default     = "aws"
}
