variable "account_id" {
  description = "Number of the AWS account; any other is refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's number has 12 digits."
  }
}

variable "region" {
  description = "Region of the calls. What is made here belongs to none."
  type        = string
  default     = "us-east-2"
}

variable "zone_name" {
  description = "The public zone of the account's environments."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.zone_name))
    error_message = "A domain without a dot at its end, such as dev.example.com."
  }
}

variable "delegations" {
  description = "Name servers of zones below this one that other accounts hold, by the zone's name."
  type        = map(list(string))
  default     = {}

  validation {
    condition     = alltrue([for servers in var.delegations : length(servers) >= 2])
    error_message = "A zone has two name servers at least; the output name_servers of the other account's root lists them."
  }
}
