variable "name" {
  description = "Name of the network, and of the cluster that lives in it: `weatherline-ENV`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "A name is 3 to 31 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "region" {
  description = "Region of the network."
  type        = string
}

variable "cidr" {
  description = "Addresses of the VPC, a /16."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "The plan of subnets divides a /16."
  }

  validation {
    condition     = can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.)", var.cidr))
    error_message = "Private addresses: others would be somebody's on the internet, whom nothing here could reach."
  }
}

variable "az_count" {
  description = "Number of availability zones."
  type        = number
  default     = 3

  validation {
    condition     = contains([2, 3], var.az_count)
    error_message = "EKS needs two zones; the plan of subnets has room for three."
  }
}

variable "disallowed_zone_ids" {
  description = "Zones that lack what the cluster needs, such as use1-az3, which has no EKS control plane."
  type        = list(string)
  default     = ["use1-az3", "usw1-az2", "cac1-az3"]
}

variable "nat_mode" {
  description = "`single`: one NAT gateway; `per_az`: one in each zone, so that a zone's failure is that zone's alone."
  type        = string
  default     = "single"

  validation {
    condition     = contains(["single", "per_az"], var.nat_mode)
    error_message = "Single or per_az. Without NAT nothing reaches the weather provider, which is on the internet."
  }
}

variable "interface_endpoints" {
  description = "AWS services reached by private addresses, at a price for each and zone; S3 always is, for nothing."
  type        = set(string)
  default     = []

  validation {
    condition     = !contains(var.interface_endpoints, "s3") && alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9.-]+$", service))])
    error_message = "Services by their short names, such as ecr.api. S3 has a gateway endpoint, which costs nothing."
  }
}

variable "flow_log" {
  description = "The bucket that receives the flow log; null = no flow log."
  type        = object({ bucket_arn = string })
  default     = null
}
