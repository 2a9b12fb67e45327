# Prod's account in another region. Cold: it costs what the stores cost. `-var dr_mode=pilot_light` is the first step of taking over.
account_id = "444455556666"
dr_mode    = "cold"

network = {
  cidr     = "10.40.0.0/16"
  nat_mode = "per_az"
}

cluster = {
  kubernetes_version = "1.35"
  log_types          = ["api", "audit", "authenticator"]
  log_retention_days = 90
  system_nodes       = { instance_types = ["m7g.large"], size = 3, max_size = 6, disk_gib = 50 }
  access = {
    platform = { principal_arn = "arn:aws:iam::444455556666:role/platform-admin", policy = "AmazonEKSClusterAdminPolicy" }
  }
}

kafka = { mode = "none" }

edge = {
  zone_name = "example.com"
  domain    = "weather.example.com"
}

audit = { guardduty_features = ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "RUNTIME_MONITORING"] }

telemetry_days = { thanos = 90, loki = 30, tempo = 7 }

budget = { monthly_usd = 450, emails = ["platform@example.com"] }

access_host = { ami_id = "ami-0123456789abcdef0" }
