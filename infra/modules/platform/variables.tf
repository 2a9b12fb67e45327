variable "environment" {
  description = "Name of the environment; names of resources begin with weatherline-ENVIRONMENT."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,14}$", var.environment))
    error_message = "A short lower-case word, such as prod: it becomes part of names and of trust policies."
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
}

variable "policies" {
  description = "What service accounts may do in the stores (JSON), by name, as ../stores puts it out."
  type        = map(string)

  validation {
    condition     = toset(keys(var.policies)) == toset(["fetch", "upload", "trigger", "gateway", "operator", "vault", "vault-snapshot"])
    error_message = "Policies of fetch, upload, trigger, gateway, operator, vault and vault-snapshot, and no others."
  }
}

variable "log_bucket" {
  description = "The bucket of flow logs and access logs."
  type        = object({ name = string, arn = string })
}

variable "network" {
  description = "Addresses and ways out, as ../network has them."
  type = object({
    cidr                = string
    nat_mode            = optional(string, "single")
    interface_endpoints = optional(set(string), [])
    disallowed_zone_ids = optional(list(string), ["use1-az3", "usw1-az2", "cac1-az3"])
  })
}

variable "cluster" {
  description = "The cluster, as ../eks-cluster has it. No api_public_cidrs: the API is private."
  type = object({
    kubernetes_version = optional(string, "1.35")
    service_cidr       = optional(string, "172.20.0.0/16")
    api_public_cidrs   = optional(list(string), [])
    log_types          = optional(set(string), ["api", "audit", "authenticator"])
    log_retention_days = optional(number, 90)
    addon_versions     = optional(map(string), {})
    access             = optional(map(object({ principal_arn = string, policy = string, namespaces = optional(set(string), []) })), {})
    system_nodes = optional(object({
      instance_types  = optional(list(string), ["m7g.large"])
      size            = optional(number, 2)
      max_size        = optional(number, 4)
      disk_gib        = optional(number, 50)
      release_version = optional(string)
    }), {})
  })
  default = {}
}

variable "kafka" {
  description = "mode none: Strimzi in the cluster; serverless or provisioned: Amazon MSK, as ../kafka-msk has it."
  type = object({
    mode          = optional(string, "none")
    version       = optional(string, "3.9.x.kraft")
    instance_type = optional(string, "kafka.m7g.large")
    volume_gb     = optional(number, 100)
  })
  default = {}
}

variable "edge" {
  description = "Where clients come in, as ../edge has it."
  type = object({
    zone_name          = string
    domain             = string
    rate_limit         = optional(number, 2000)
    log_retention_days = optional(number, 90)
    health_check       = optional(object({ path = optional(string, "/health"), interval_seconds = optional(number, 30), failures = optional(number, 3) }))
  })
}

variable "audit" {
  description = "What is recorded and watched, as ../audit has it. account_wide in one region of each account."
  type = object({
    account_wide          = bool
    data_event_buckets    = optional(set(string), [])
    guardduty_features    = optional(set(string), ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS"])
    trail_retention_days  = optional(number, 365)
    trail_lock_days       = optional(number)
    break_glass_role_arns = optional(set(string), [])
    alarm_emails          = optional(set(string), [])
  })
}

variable "telemetry_days" {
  description = "Days that metrics (thanos), logs (loki) and traces (tempo) are kept."
  type        = map(number)
  default     = { thanos = 365, loki = 90, tempo = 30 }
}

variable "backup_days" {
  description = "Days that Velero's backups are kept at most."
  type        = number
  default     = 37
}

variable "budget" {
  description = "Budget of a month, and who hears when it is half, four fifths or wholly spent."
  type        = object({ monthly_usd = number, emails = set(string) })
}

variable "off_hours" {
  description = "When the system nodes sleep and wake (EventBridge Scheduler's cron, in a time zone); null = never."
  type = object({
    stop     = optional(string, "cron(0 20 ? * MON-FRI *)")
    start    = optional(string, "cron(0 7 ? * MON-FRI *)")
    timezone = optional(string, "UTC")
  })
  default = null
}

variable "access_host" {
  description = "A host reached by SSM alone, from which the private API is reached; null = none."
  type        = object({ ami_id = string })
  default     = null
}

variable "chaos" {
  description = "Whether experiments may be run here. Never in prod."
  type        = bool
  default     = false
}

variable "ci" {
  description = "The repository on GitHub whose gated jobs plan, apply and push here, and the key of the state; null = nobody."
  type = object({
    repository    = string
    roles         = optional(set(string), ["plan", "apply", "push"])
    state_key_arn = string
  })
  default = null
}

variable "force_destroy" {
  description = "Whether destroying the environment destroys logs, telemetry and backups. Never in prod."
  type        = bool
  default     = false
}
