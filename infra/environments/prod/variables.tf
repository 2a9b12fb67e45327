variable "account_id" {
  description = "Number of the AWS account; any other is refused."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account's number has 12 digits."
  }
}

variable "region" {
  description = "Region of the environment."
  type        = string
  default     = "us-east-2"
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

variable "vault" {
  description = "Vault's key and snapshots: `vault` of ../../modules/stores."
  type        = any
}

variable "registry" {
  description = "Repositories of images: `registry` of ../../modules/stores."
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

variable "off_hours" {
  description = "When the system nodes sleep and wake: `off_hours` of ../../modules/platform; null = never."
  type        = any
  default     = null
}

variable "access_host" {
  description = "The host by which operators reach the private API: its image, or null = none."
  type        = object({ ami_id = string })
  default     = null
}

variable "chaos" {
  description = "Whether experiments may be run here. Never in prod."
  type        = bool
  default     = false
}

variable "ci" {
  description = "Who on GitHub plans, applies and pushes here: `ci` of ../../modules/platform; null = nobody."
  type        = any
  default     = null
}

variable "dr" {
  description = "The region that takes over, how long it keeps Vault's snapshots, and `failover` of ../../modules/dr; null = none."
  type = object({
    region        = string
    snapshot_days = optional(number, 30)
    failover = optional(object({
      domain    = string
      zone_id   = string
      primary   = object({ dns_name = string, zone_id = string })
      secondary = optional(object({ dns_name = string, zone_id = string }))
    }))
  })
  default = null

  validation {
    condition     = var.dr == null ? true : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.dr.region))
    error_message = "A region's code, such as us-west-2."
  }
}

variable "force_destroy" {
  description = "Whether destroying the environment destroys what it holds. Never in prod."
  type        = bool
  default     = false
}
