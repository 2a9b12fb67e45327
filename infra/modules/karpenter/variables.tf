variable "name" {
  description = "Name of the cluster: `weatherline-ENV`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "A name is 3 to 31 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "account_id" {
  description = "Number of the AWS account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's number has 12 digits."
  }
}

variable "region" {
  description = "Region of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is a region's code, such as us-east-2."
  }
}

variable "cluster_name" {
  description = "Name of the cluster as the module eks-cluster puts it out: nodes are let in once it exists."
  type        = string
}

variable "oidc" {
  description = "The cluster's OIDC provider: its ARN, and its issuer's address."
  type        = object({ provider_arn = string, issuer = string })
}

variable "namespace" {
  description = "Namespace in which Karpenter runs."
  type        = string
  default     = "kube-system"
}

variable "permissions_boundary" {
  description = "ARN of the policy beyond which both roles cannot go (../ci makes one); null = none."
  type        = string
  default     = null
}
