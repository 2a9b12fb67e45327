/** Metrics that others export and our alerts read, each with who exports it. */
export const FOREIGN_METRICS: Readonly<Record<string, string>> = {
  up: 'Prometheus, of each target',
  // https://github.com/strimzi/metrics-reporter names Kafka's own metrics after their group, type and name.
  kafka_controller_kafkacontroller_offlinepartitionscount: "Strimzi's metrics reporter in the brokers",
  kafka_server_replicamanager_underminisrpartitioncount: "Strimzi's metrics reporter in the brokers",
  kafka_server_replicamanager_underreplicatedpartitions: "Strimzi's metrics reporter in the brokers",
  // https://github.com/danielqsj/kafka_exporter#metrics
  kafka_consumergroup_lag: 'kafka-exporter',
  kafka_consumergroup_current_offset: 'kafka-exporter',
  // https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics
  kube_statefulset_replicas: 'kube-state-metrics',
  kube_cronjob_status_last_successful_time: 'kube-state-metrics',
  // https://developer.hashicorp.com/vault/docs/internals/telemetry/metrics/all, with dots as underscores
  vault_core_unsealed: 'Vault',
  vault_core_active: 'Vault',
  // https://cert-manager.io/docs/devops-tips/prometheus-metrics/
  certmanager_certificate_expiration_timestamp_seconds: 'cert-manager',
};
