variable "account_id" {
  description = "Number of the AWS account; any other is refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's number has 12 digits."
  }
}

variable "region" {
  description = "Region of the state."
  type        = string
  default     = "us-east-2"
}

variable "repository" {
  description = "The repository on GitHub whose workflows are let in, as its tokens' subject names it: OWNER@ID/NAME@ID, or OWNER/NAME where it was made before immutable subjects."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository)) || can(regex("^[A-Za-z0-9-]+@[0-9]+/[A-Za-z0-9._-]+@[0-9]+$", var.repository))
    error_message = "One repository, OWNER@ID/NAME@ID or OWNER/NAME. A pattern would let others in."
  }
}

variable "github_environments" {
  description = "GitHub environments whose jobs take CI's role, which opens every state of this account: none whose gate is lower than the highest here."
  type        = set(string)
  default     = ["global"]

  validation {
    condition     = length(var.github_environments) > 0 && alltrue([for environment in var.github_environments : can(regex("^[a-z0-9-]+$", environment))])
    error_message = "Environments by their names, without patterns."
  }
}

variable "environment_role_arns" {
  description = "Roles of environments, in this account or others, that CI's role goes on to."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.environment_role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[^*]+$", arn))])
    error_message = "Roles by their ARN, without patterns."
  }
}

variable "access_log" {
  description = "The bucket that receives the access log of the state; null = none, as at first there is none."
  type        = object({ bucket = string })
  default     = null
}
