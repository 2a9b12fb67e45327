variable "name" {
  description = "Prefix of the role's name: `weatherline-ENV`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "A name is 3 to 31 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "namespace" {
  description = "Namespace of the service account."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", var.namespace))
    error_message = "One namespace by its name. A pattern would let others in."
  }
}

variable "service_account" {
  description = "Name of the service account; the role is NAME-SERVICEACCOUNT."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", var.service_account))
    error_message = "One service account by its name. A pattern would let others in."
  }
}

variable "oidc" {
  description = "The cluster's OIDC provider: its ARN, and its issuer's address."
  type        = object({ provider_arn = string, issuer = string })
}

variable "policy" {
  description = "What the role may do (JSON). An object, so that its presence is known before its ARNs are; null = only `managed_policies`."
  type        = object({ json = string })
  default     = null
}

variable "managed_policies" {
  description = "Names of AWS managed policies, for add-ons of EKS."
  type        = set(string)
  default     = []
}

variable "pod_identity" {
  description = "The cluster whose Pod Identity agent may hand the role out as well; null = none."
  type        = object({ cluster_name = string })
  default     = null
}
