ui            = false
# Raft keeps its data in a memory map, which locking would pin; nodes of a cluster have no swap.
disable_mlock = true
log_format    = "json"

listener "tcp" {
  address         = "[::]:8200"
  cluster_address = "[::]:8201"
  tls_cert_file   = "/vault/tls/tls.crt"
  tls_key_file    = "/vault/tls/tls.key"
  tls_min_version = "tls13"
  telemetry {
    # Prometheus has no token; its network policy admits it.
    unauthenticated_metrics_access = true
  }
}

telemetry {
  prometheus_retention_time = "24h"
  disable_hostname          = true
}

storage "raft" {
  path = "/vault/data"
  retry_join {
    auto_join             = "provider=k8s namespace=vault label_selector=\"app.kubernetes.io/name=vault\""
    auto_join_scheme      = "https"
    leader_ca_cert_file   = "/vault/tls/ca.crt"
    leader_tls_servername = "vault-active.vault.svc"
  }
}

# Region and key come from AWS_REGION and VAULT_AWSKMS_SEAL_KEY_ID, credentials from the service account.
seal "awskms" {}

service_registration "kubernetes" {}
