import { ofKind, type KubeObject } from './objects.ts';
import { numberAt, treeAt, treesAt, type Tree } from './tree.ts';

/**
 * The ingress policies that Strimzi makes for its own pods, as objects of their kind, after `generateNetworkPolicy` of
 * `KafkaCluster`, `EntityOperator` and `KafkaExporter` in
 * https://github.com/strimzi/strimzi-kafka-operator/tree/main/cluster-operator/src/main/java/io/strimzi/operator/cluster/model
 */
export function strimziPolicies(objects: readonly KubeObject[]): Tree[] {
  return ofKind(objects, 'Kafka').flatMap((kafka) => [
    policy(kafka, 'kafka', brokerRules(kafka)),
    policy(kafka, 'entity-operator', [rule(8080), rule(8081)]),
    policy(kafka, 'kafka-exporter', [rule(9404)]),
  ]);
}

const OPERATOR: Tree = {
  podSelector: { matchLabels: { 'strimzi.io/kind': 'cluster-operator' } },
  // The operator lives in another namespace and is not told its labels: any namespace.
  namespaceSelector: {},
};

function brokerRules({ name: cluster, body }: KubeObject): Tree[] {
  const kafka = treeAt(body, 'spec', 'kafka');
  const own: Tree = { podSelector: { matchLabels: labelsOf(cluster, 'kafka') } };
  const part = (name: string): Tree => ({ podSelector: { matchLabels: { 'strimzi.io/name': `${cluster}-${name}` } } });
  return [
    rule(9090, [own, OPERATOR]),
    rule(9091, [OPERATOR, own, ...['entity-operator', 'kafka-exporter', 'cruise-control'].map(part)]),
    rule(8443, [OPERATOR]),
    ...treesAt(kafka, 'listeners').map((one) => rule(numberAt(one, 'port') ?? 0, treesAt(one, 'networkPolicyPeers'))),
    ...(kafka['metricsConfig'] === undefined ? [] : [rule(9404)]),
  ];
}

function labelsOf(cluster: string, name: string): Tree {
  return { 'strimzi.io/cluster': cluster, 'strimzi.io/kind': 'Kafka', 'strimzi.io/name': `${cluster}-${name}` };
}

function policy({ name: cluster, namespace }: KubeObject, name: string, ingress: readonly Tree[]): Tree {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${cluster}-network-policy-${name}`, namespace },
    spec: { podSelector: { matchLabels: labelsOf(cluster, name) }, ingress, policyTypes: ['Ingress'] },
  };
}

/** Without peers the port is open to everybody. */
function rule(port: number, from: readonly Tree[] = []): Tree {
  return { ports: [{ port, protocol: 'TCP' }], ...(from.length === 0 ? {} : { from }) };
}
