# Small, and thrown away without a thought. Accounts, domains and addresses are examples until they are yours.
account_id    = "111122223333"
force_destroy = true

network = {
  cidr     = "10.10.0.0/16"
  nat_mode = "single"
}

# The API is reached from these networks of the office (RFC 5737 examples). Elsewhere it is private.
cluster = {
  kubernetes_version = "1.35"
  api_public_cidrs   = ["203.0.113.0/24"]
  log_types          = ["api", "audit", "authenticator"]
  log_retention_days = 30
  system_nodes       = { instance_types = ["t4g.large"], size = 2, max_size = 3, disk_gib = 30 }
  access = {
    platform = { principal_arn = "arn:aws:iam::111122223333:role/platform-admin", policy = "AmazonEKSClusterAdminPolicy" }
    developers = {
      principal_arn = "arn:aws:iam::111122223333:role/developer"
      policy        = "AmazonEKSEditPolicy"
      namespaces    = ["weatherline"]
    }
  }
}

kafka = { mode = "none" }

edge = {
  zone_name          = "dev.example.com"
  domain             = "weather.dev.example.com"
  log_retention_days = 30
}

audit = {
  guardduty_features   = ["EKS_AUDIT_LOGS"]
  trail_retention_days = 90
}

vault    = { snapshot_days = 7 }
registry = { build_cache = true, kept_releases = 10 }

telemetry_days = { thanos = 30, loki = 14, tempo = 7 }

budget = { monthly_usd = 350, emails = ["platform@example.com"] }

# off_hours = {} lets the system nodes sleep at night: 60 $ less a month (docs/cost.md), and slots of the night are missed.

ci = {
  repository    = "OWNER/weatherline"
  state_key_arn = "arn:aws:kms:us-east-2:111122223333:key/00000000-0000-4000-8000-000000000001"
}
