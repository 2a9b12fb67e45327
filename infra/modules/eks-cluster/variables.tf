variable "name" {
  description = "Name of the cluster: `weatherline-ENV`."
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
  description = "Region of the cluster."
  type        = string
}

variable "kubernetes_version" {
  description = "Minor version of Kubernetes. One step at a time, dev first."
  type        = string
  default     = "1.35"

  validation {
    condition     = can(regex("^1\\.(3[5-9]|[4-9][0-9])$", var.kubernetes_version))
    error_message = "1.35 or later: standard support of what is older has ended or ends soon."
  }
}

variable "control_plane_subnet_ids" {
  description = "Subnets of the control plane's network interfaces, in two zones at least."
  type        = list(string)

  validation {
    condition     = length(var.control_plane_subnet_ids) >= 2
    error_message = "EKS wants subnets in two zones."
  }
}

variable "node_subnet_ids" {
  description = "Private subnets of the nodes."
  type        = list(string)
}

variable "service_cidr" {
  description = "Addresses of Services; the first is the API server's. Chosen when the cluster is made."
  type        = string
  default     = "172.20.0.0/16"
}

variable "api_public_cidrs" {
  description = "Networks that reach the API from the internet; empty = none, the API is private."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.api_public_cidrs : can(cidrhost(cidr, 0)) && tonumber(split("/", cidr)[1]) >= 16])
    error_message = "Networks of /16 or smaller: the API is never open to the world."
  }
}

variable "log_types" {
  description = "Logs of the control plane."
  type        = set(string)
  default     = ["api", "audit", "authenticator"]

  validation {
    condition     = contains(var.log_types, "audit") && length(setsubtract(var.log_types, ["api", "audit", "authenticator", "controllerManager", "scheduler"])) == 0
    error_message = "Logs of EKS, and audit among them."
  }
}

variable "log_retention_days" {
  description = "Days for which the control plane's logs are kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([30, 60, 90, 180, 365, 400], var.log_retention_days)
    error_message = "One of 30, 60, 90, 180, 365, 400."
  }
}

variable "access" {
  description = "Who reaches the API, by a name of ours: principal, EKS access policy, and the namespaces that it is for (none = all)."
  type = map(object({
    principal_arn = string
    policy        = string
    namespaces    = optional(set(string), [])
  }))
  default = {}

  validation {
    condition = alltrue([
      for entry in var.access : contains(["AmazonEKSClusterAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSEditPolicy", "AmazonEKSViewPolicy"], entry.policy)
    ])
    error_message = "The policy is AmazonEKSClusterAdminPolicy, …AdminViewPolicy, …EditPolicy or …ViewPolicy."
  }
  validation {
    condition = alltrue([
      for entry in var.access : length(entry.namespaces) > 0 || contains(["AmazonEKSClusterAdminPolicy", "AmazonEKSAdminViewPolicy"], entry.policy)
    ])
    error_message = "Who edits or views does so in namespaces that are named."
  }
  validation {
    condition     = alltrue([for entry in var.access : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", entry.principal_arn))])
    error_message = "Access is for roles: users have keys that live for ever."
  }
}

variable "addon_versions" {
  description = "Versions of EKS add-ons, by name; what is not named has the default of the cluster's version."
  type        = map(string)
  default     = {}

  validation {
    condition = length(setsubtract(keys(var.addon_versions), [
      "vpc-cni", "kube-proxy", "coredns", "aws-ebs-csi-driver", "snapshot-controller", "metrics-server",
      "eks-node-monitoring-agent", "eks-pod-identity-agent",
    ])) == 0
    error_message = "The add-ons are vpc-cni, kube-proxy, coredns, aws-ebs-csi-driver, snapshot-controller, metrics-server, eks-node-monitoring-agent and eks-pod-identity-agent."
  }
}

variable "pod_identity_agent" {
  description = "Whether the agent of EKS Pod Identity runs."
  type        = bool
  default     = false
}

variable "system_nodes" {
  description = "The managed node group that holds what must not run on Karpenter's nodes, Karpenter among it."
  type = object({
    instance_types  = optional(list(string), ["m7g.large"])
    size            = optional(number, 2)
    max_size        = optional(number, 4)
    disk_gib        = optional(number, 50)
    release_version = optional(string)
  })
  default = {}

  validation {
    condition     = var.system_nodes.size >= 2 && var.system_nodes.max_size > var.system_nodes.size
    error_message = "Two nodes at least, for Karpenter's two replicas, and room for one more while nodes are replaced."
  }
  validation {
    condition     = alltrue([for type in var.system_nodes.instance_types : can(regex("^[a-z]+[0-9]+g[a-z]*\\.", type))])
    error_message = "The image of the nodes is for arm64: Graviton types only, such as m7g.large."
  }
}
