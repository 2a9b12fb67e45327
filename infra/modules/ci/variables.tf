variable "name" {
  description = "Prefix of every name, weatherline-ENVIRONMENT."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,40}$", var.name))
    error_message = "The name has 3 to 41 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "environment" {
  description = "GitHub environment whose gate guards apply."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.environment))
    error_message = "environment is a plain lower-case word: it becomes part of a trust policy."
  }
}

variable "account_id" {
  description = "The account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is twelve digits."
  }
}

variable "region" {
  description = "Region of registry and cluster. The state may lie in another."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is a region's code, such as us-east-2."
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

variable "repository" {
  description = "The repository on GitHub as its tokens' subject names it: OWNER@ID/NAME@ID, or OWNER/NAME where it was made before immutable subjects. Nothing else may take a role."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository)) || can(regex("^[A-Za-z0-9-]+@[0-9]+/[A-Za-z0-9._-]+@[0-9]+$", var.repository))
    error_message = "repository is OWNER@ID/NAME@ID or OWNER/NAME, without wildcards."
  }
}

variable "create_oidc_provider" {
  description = "An account has one provider for GitHub. ../../bootstrap makes it: false wherever that root was applied."
  type        = bool
  default     = true
}

variable "roles" {
  description = "Which of plan, apply and push to make."
  type        = set(string)
  default     = ["plan", "apply", "push"]

  validation {
    condition     = length(var.roles) > 0 && alltrue([for role in var.roles : contains(["plan", "apply", "push"], role)])
    error_message = "roles are some of plan, apply and push."
  }
}

variable "state_bucket" {
  description = "Bucket of the state."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "state_bucket is a bucket's name."
  }
}

variable "state_key_arn" {
  description = "KMS key of the state."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[^*]+$", var.state_key_arn))
    error_message = "state_key_arn is the ARN of one key."
  }
}

variable "state_prefix" {
  description = "Keys of this environment's state begin with it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+/$", var.state_prefix))
    error_message = "state_prefix is one folder with its slash, such as prod/."
  }
}

variable "repositories" {
  description = "ECR repositories that push may write."
  type        = set(string)
  default = [
    "weatherline/cli", "weatherline/fetch", "weatherline/gateway", "weatherline/secrets-init",
    "weatherline/transform", "weatherline/upload", "weatherline/vault-admin",
  ]

  validation {
    condition     = length(var.repositories) > 0 && alltrue([for name in var.repositories : can(regex("^weatherline/[a-z0-9-]+$", name))])
    error_message = "repositories are weatherline/NAME, without wildcards."
  }
}

variable "max_session_seconds" {
  description = "How long a job may keep a role."
  type        = number
  default     = 3600

  validation {
    condition     = var.max_session_seconds >= 3600 && var.max_session_seconds <= 7200
    error_message = "A session lasts 1 to 2 hours: an apply takes about 20 minutes."
  }
}

variable "other_states" {
  description = "Where else in the bucket there are states: apply is refused them. Its own prefix is taken out."
  type        = set(string)
  default     = ["bootstrap.tfstate", "dev/", "dr/", "global/", "prod/", "staging/"]
}

variable "role_prefixes" {
  description = "Roles that apply may make and change begin so; null = NAME-. Not the account's others: a person's, another environment's."
  type        = set(string)
  default     = null

  validation {
    condition     = var.role_prefixes == null ? true : length(var.role_prefixes) > 0 && alltrue([for prefix in var.role_prefixes : can(regex("^[a-z][a-z0-9-]{2,62}-$", prefix))])
    error_message = "role_prefixes are beginnings of names that end with a hyphen, such as weatherline-prod-."
  }
}

variable "roles_need_boundary" {
  description = "Whether apply may make and give rights only to roles that have this module's permissions boundary (output boundary_arn). Every role of the environment must then be given it."
  type        = bool
  default     = false
}
