variable "account_id" {
  description = "Number of the AWS account; any other is refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's number has 12 digits."
  }
}

variable "region" {
  description = "Region that takes over."
  type        = string
  default     = "us-west-2"
}

# Their types and defaults are those of the modules, which check them.
variable "network" {
  description = "Addresses and ways out: `network` of ../../modules/platform."
  type        = any
}

variable "cluster" {
  description = "The cluster: `cluster` of ../../modules/platform."
  type        = any
}

variable "kafka" {
  description = "Where Kafka runs: `kafka` of ../../modules/platform."
  type        = any
}

variable "edge" {
  description = "Where clients come in: `edge` of ../../modules/platform."
  type        = any
}

variable "audit" {
  description = "What is recorded and watched: `audit` of ../../modules/platform, less what is the same everywhere."
  type        = any
}

variable "telemetry_days" {
  description = "Days that metrics (thanos), logs (loki) and traces (tempo) are kept."
  type        = map(number)
}

variable "budget" {
  description = "Budget of a month, and who hears of it."
  type        = object({ monthly_usd = number, emails = set(string) })
}

variable "access_host" {
  description = "The host by which operators reach the private API: its image, or null = none."
  type        = object({ ami_id = string })
  default     = null
}

variable "ci" {
  description = "Who on GitHub plans, applies and pushes here: `ci` of ../../modules/platform; null = nobody."
  type        = any
  default     = null
}

variable "force_destroy" {
  description = "Whether destroying the environment destroys what it holds. Never in prod."
  type        = bool
  default     = false
}

variable "dr_mode" {
  description = "cold: nothing runs, the stores wait; pilot_light: the cluster is there, and takes 20 minutes less to take over."
  type        = string
  default     = "cold"

  validation {
    condition     = contains(["cold", "pilot_light"], var.dr_mode)
    error_message = "dr_mode is cold or pilot_light."
  }
}
