variable "name" {
  description = "Prefix of the key's alias: `weatherline-ENV`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "A name is 3 to 31 lower-case letters, digits and hyphens, a letter first."
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
  description = "Region of the registry."
  type        = string
}

variable "images" {
  description = "Images, each with a repository `weatherline/NAME`."
  type        = set(string)
  default     = ["fetch", "transform", "upload", "gateway", "cli", "secrets-init", "vault-admin"]

  validation {
    condition     = length(var.images) > 0 && alltrue([for image in var.images : can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", image))])
    error_message = "Names of images: lower-case letters, digits and single hyphens."
  }
}

variable "kept_releases" {
  description = "How many images of each repository are kept."
  type        = number
  default     = 30

  validation {
    condition     = var.kept_releases >= 5
    error_message = "Five at least: a way back is worth more than its storage."
  }
}

variable "build_cache" {
  description = "Whether there is a repository `weatherline/build-cache` whose tags move, for layers of builds."
  type        = bool
  default     = false
}

variable "enhanced_scan" {
  description = "Whether Inspector scans images again when new weaknesses become known. A setting of the whole registry."
  type        = bool
  default     = false
}

variable "replica_region" {
  description = "Region that receives every image of ours; null = none. A setting of the whole registry."
  type        = string
  default     = null
}

variable "pull_through" {
  description = "Registries that are read through ours, prefix to address: images of others survive their outage and their limits."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([
      for prefix, upstream in var.pull_through :
      can(regex("^[a-z][a-z0-9-]{1,29}$", prefix)) && prefix != "weatherline" && contains(["public.ecr.aws", "quay.io", "registry.k8s.io"], upstream)
    ])
    error_message = "public.ecr.aws, quay.io and registry.k8s.io are read without a login; the prefix weatherline is ours."
  }
}

variable "cache_roles" {
  description = "Roles of nodes that pull through the cache, and make its repositories by it; empty = only what is cached already. A setting of the whole registry."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.cache_roles : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[^*]+$", arn))])
    error_message = "Roles by their ARN, without patterns."
  }
}

variable "pullers" {
  description = "Other accounts whose nodes pull images."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for account in var.pullers : can(regex("^[0-9]{12}$", account))])
    error_message = "An account's number has 12 digits."
  }
}

variable "force_delete" {
  description = "Whether destroying a repository destroys its images. Never in prod."
  type        = bool
  default     = false
}
