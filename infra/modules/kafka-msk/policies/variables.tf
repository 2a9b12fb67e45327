variable "cluster_arn" {
  description = "ARN of the MSK cluster. ARNs of its topics and groups are made from it."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kafka:[a-z0-9-]+:[0-9]{12}:cluster/[^/*]+/[^/*]+$", var.cluster_arn))
    error_message = "cluster_arn is arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/UUID, without wildcards."
  }
}

variable "function_role_arns" {
  description = "Roles that KEDA may take, by function."
  type        = map(string)

  validation {
    condition     = alltrue([for arn in values(var.function_role_arns) : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[^*]+$", arn))])
    error_message = "Each of function_role_arns is the ARN of one role, without wildcards."
  }
}
