/**
 * Who may speak to whom: the whole of it. The policies of every overlay allow these flows and no others; both a flow that is
 * missing and one that is too much are mistakes. A change here is a change of what an intruder can reach.
 */
export type Flow = {
  readonly from: readonly string[];
  readonly to: string;
  readonly ports: readonly number[];
  readonly protocols?: readonly string[];
  readonly why: string;
  /** The flow is there only in overlays that have an object of this kind. */
  readonly where?: string;
};

const LANES = (name: string): string[] => [name, `${name}-replay`];
const FETCH = LANES('fetch');
const FUNCTIONS = [...FETCH, ...LANES('transform'), ...LANES('upload')];
const OURS = [...FUNCTIONS, 'gateway', 'trigger', 'operator'];
const KAFKA = ['kafka', 'kafka-entity-operator', 'kafka-exporter'];
const VAULT = ['vault', 'vault-init', 'vault-configure', 'vault-snapshot'];
/** Pods of other namespaces, and what calls from the VPC without being a pod. */
export const FOREIGN = ['keda-operator', 'prometheus', 'strimzi-operator', 'kube-dns', 'stranger'];
export const OUTSIDE = ['load-balancer', 'apiserver', 'internet', 'imds', 'private', 'carrier'];

export const FLOWS: readonly Flow[] = [
  { from: [...OURS, ...KAFKA, ...VAULT], to: 'kube-dns', ports: [53], protocols: ['TCP', 'UDP'], why: 'names' },

  { from: [...FUNCTIONS, 'trigger', 'operator'], to: 'kafka', ports: [9093], why: 'events' },
  { from: [...FETCH, 'gateway'], to: 'vault', ports: [8200], why: 'secrets' },
  { from: FETCH, to: 'internet', ports: [443], why: 'providers, S3, STS' },
  { from: [...LANES('upload'), 'gateway', 'trigger', 'operator'], to: 'internet', ports: [443], why: 'S3, STS' },
  { from: ['operator'], to: 'gateway', ports: [8080], why: 'doctor asks what people see' },
  { from: ['load-balancer'], to: 'gateway', ports: [8080], why: 'people', where: 'Ingress' },

  { from: ['kafka'], to: 'kafka', ports: [9090, 9091, 9093], why: 'controllers, replication, its own listener' },
  { from: ['kafka-entity-operator', 'kafka-exporter'], to: 'kafka', ports: [9091], why: 'topics, users, lag' },
  { from: ['kafka-entity-operator'], to: 'apiserver', ports: [443], why: 'KafkaTopic and KafkaUser' },
  { from: ['kafka'], to: 'apiserver', ports: [443], why: "rack awareness asks for its node's zone" },
  { from: ['strimzi-operator'], to: 'kafka', ports: [9090, 9091, 8443], why: 'rolls brokers' },
  { from: ['keda-operator'], to: 'kafka', ports: [9093], why: 'lag' },

  { from: ['vault'], to: 'vault', ports: [8200, 8201], why: 'raft' },
  { from: ['vault-init', 'vault-configure', 'vault-snapshot'], to: 'vault', ports: [8200], why: 'administration' },
  { from: ['vault'], to: 'apiserver', ports: [443], why: 'TokenReview, peers, labels' },
  { from: ['vault', 'vault-snapshot'], to: 'internet', ports: [443], why: 'KMS, STS, S3' },

  { from: ['prometheus'], to: 'vault', ports: [8200], why: 'metrics' },
  { from: ['prometheus'], to: 'gateway', ports: [9090, 9091], why: 'metrics' },
  ...FETCH.map((to) => ({ from: ['prometheus'], to, ports: [9090, 9091], why: 'metrics' })),
  ...[...LANES('transform'), ...LANES('upload')].map((to) => ({
    from: ['prometheus'],
    to,
    ports: [9090],
    why: 'metrics',
  })),
];

/**
 * Strimzi's own policies open these ports of its pods to everybody, and policies can only add. Of ours only Prometheus's
 * namespace and others' can use it: our pods may not send there.
 */
export const OPENED_BY_STRIMZI: readonly Flow[] = [
  { from: [...FOREIGN, 'load-balancer', 'apiserver'], to: 'kafka', ports: [9404], why: 'metrics' },
  { from: [...FOREIGN, 'load-balancer', 'apiserver'], to: 'kafka-exporter', ports: [9404], why: 'metrics' },
  { from: [...FOREIGN, 'load-balancer', 'apiserver'], to: 'kafka-entity-operator', ports: [8080, 8081], why: 'probes' },
];
