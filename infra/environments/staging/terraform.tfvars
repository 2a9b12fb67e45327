# As prod in kind, less in number: what breaks there shall break here first. Experiments are run here.
account_id = "222233334444"
chaos      = true

network = {
  cidr     = "10.20.0.0/16"
  nat_mode = "single"
}

cluster = {
  kubernetes_version = "1.35"
  log_types          = ["api", "audit", "authenticator"]
  log_retention_days = 90
  system_nodes       = { instance_types = ["m7g.large"], size = 2, max_size = 4, disk_gib = 50 }
  access = {
    platform   = { principal_arn = "arn:aws:iam::222233334444:role/platform-admin", policy = "AmazonEKSClusterAdminPolicy" }
    developers = { principal_arn = "arn:aws:iam::222233334444:role/developer", policy = "AmazonEKSViewPolicy", namespaces = ["weatherline"] }
  }
}

kafka = { mode = "none" }

edge = {
  zone_name = "staging.example.com"
  domain    = "weather.staging.example.com"
}

audit = {
  guardduty_features   = ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS"]
  trail_retention_days = 180
  alarm_emails         = ["platform@example.com"]
}

vault    = { snapshot_days = 14 }
registry = { kept_releases = 20 }

telemetry_days = { thanos = 90, loki = 30, tempo = 14 }

budget = { monthly_usd = 650, emails = ["platform@example.com"] }

access_host = { ami_id = "ami-0123456789abcdef0" }

ci = {
  repository    = "OWNER/weatherline"
  state_key_arn = "arn:aws:kms:us-east-2:222233334444:key/00000000-0000-4000-8000-000000000002"
}
