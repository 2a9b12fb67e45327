# What clients rely on. Nothing here is destroyed by force, and another region keeps a copy of what cannot be made again.
account_id = "444455556666"

network = {
  cidr                = "10.0.0.0/16"
  nat_mode            = "per_az"
  interface_endpoints = ["ecr.api", "ecr.dkr", "sts", "kms", "logs"]
}

cluster = {
  kubernetes_version = "1.35"
  log_types          = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
  log_retention_days = 365
  system_nodes       = { instance_types = ["m7g.large"], size = 3, max_size = 6, disk_gib = 50 }
  access = {
    platform   = { principal_arn = "arn:aws:iam::444455556666:role/platform-admin", policy = "AmazonEKSClusterAdminPolicy" }
    developers = { principal_arn = "arn:aws:iam::444455556666:role/developer", policy = "AmazonEKSViewPolicy", namespaces = ["weatherline"] }
  }
}

kafka = { mode = "none" }

edge = {
  zone_name          = "example.com"
  domain             = "weather.example.com"
  log_retention_days = 365
  health_check       = { path = "/health" }
}

audit = {
  guardduty_features    = ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "RUNTIME_MONITORING"]
  trail_retention_days  = 365
  trail_lock_days       = 90
  break_glass_role_arns = ["arn:aws:iam::444455556666:role/break-glass"]
  alarm_emails          = ["platform@example.com"]
}

vault = {
  snapshot_days  = 30
  lock_days      = 14
  deletion_roles = ["arn:aws:iam::444455556666:role/break-glass"]
}

registry = { kept_releases = 30, enhanced_scan = true }

telemetry_days = { thanos = 365, loki = 90, tempo = 30 }

budget = { monthly_usd = 1400, emails = ["platform@example.com"] }

access_host = { ami_id = "ami-0123456789abcdef0" }

ci = {
  repository    = "OWNER/weatherline"
  state_key_arn = "arn:aws:kms:us-west-2:444455556666:key/00000000-0000-4000-8000-000000000003"
}

dr = { region = "us-west-2" }
