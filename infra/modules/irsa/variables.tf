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
  description = "AWS managed policies by name, with their path where they have one (`service-role/NAME`), for add-ons of EKS."
  type        = set(string)
  default     = []
}

variable "pod_identity" {
  description = "The cluster whose Pod Identity agent may hand the role out as well; null = none."
  type        = object({ cluster_name = string })
  default     = null
}

variable "further_policies" {
  description = "More of what the role may do (JSON), by a name of one's own: Kafka's rights beside the store's."
  type        = map(object({ json = string }))
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.further_policies) : can(regex("^[a-z][a-z0-9-]*$", name))])
    error_message = "Policies have names of lower-case letters, digits and hyphens."
  }
}

variable "trusted_roles" {
  description = "Roles that may take this one with AssumeRole, by their exact ARNs: KEDA's operator, which asks Kafka in the function's name."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.trusted_roles : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/([A-Za-z0-9._-]+/)*[A-Za-z0-9+=,.@_-]+$", arn))])
    error_message = "Trusted roles by their exact ARNs: no account, no user, no pattern."
  }
}

variable "permissions_boundary" {
  description = "ARN of the policy beyond which the role cannot go (../ci makes one); null = none."
  type        = string
  default     = null
}
