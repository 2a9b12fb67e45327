variable "name" {
  description = "Name of the cluster, weatherline-ENVIRONMENT: prefix of every name, and the tag that nodes must carry."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,40}$", var.name))
    error_message = "The name has 3 to 41 lower-case letters, digits and hyphens, and begins with a letter."
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
  description = "The region."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is a region code, such as us-east-2."
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

variable "stop_alarm_arn" {
  description = "CloudWatch alarm that ends an experiment."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:cloudwatch:[a-z0-9-]+:[0-9]{12}:alarm:[^*]+$", var.stop_alarm_arn))
    error_message = "An experiment has an alarm that stops it."
  }
}

variable "pods" {
  description = "Pods that an experiment deletes; null = no such experiment. It needs the RBAC of README.md in the namespace."
  type = object({
    cluster_name    = string
    namespace       = optional(string, "weatherline")
    selector        = optional(string, "app.kubernetes.io/name=gateway")
    percent         = optional(number, 50)
    service_account = optional(string, "fis")
    user            = optional(string, "fis-experiment")
  })
  default = null

  validation {
    condition     = var.pods == null ? true : var.pods.percent >= 1 && var.pods.percent <= 50 && floor(var.pods.percent) == var.pods.percent
    error_message = "At most half of the pods: what all at once would show is an outage, not how the rest carry on."
  }

  validation {
    condition     = var.pods == null ? true : can(regex("^[A-Za-z0-9./_-]+=[A-Za-z0-9._-]+$", var.pods.selector)) && !strcontains(var.pods.selector, "*")
    error_message = "selector is one label with its value, such as app.kubernetes.io/name=gateway."
  }

  validation {
    condition     = var.pods == null ? true : !startswith(var.pods.user, "system:")
    error_message = "A user name of EKS's own (system:) is refused."
  }
}

variable "permissions_boundary" {
  description = "ARN of the policy beyond which the experiments' roles cannot go (../ci makes one); null = none."
  type        = string
  default     = null
}
