import { ofKind, type KubeObject } from './objects.ts';
import type { PodTemplate } from './pods.ts';
import { at, mapAt, numberAt, treeAt, treesAt, type Tree } from './tree.ts';

/**
 * What Strimzi 1.x makes of a Kafka resource: pods, their labels and ports, and the ingress policies of its own, after
 * `KafkaCluster`, `EntityOperator` and `KafkaExporter` in
 * https://github.com/strimzi/strimzi-kafka-operator/tree/main/cluster-operator/src/main/java/io/strimzi/operator/cluster/model
 */
export type MadePod = {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
};

/** Of the operator's pod, as its own installation labels it. */
export const CLUSTER_OPERATOR = { 'strimzi.io/kind': 'cluster-operator', name: 'strimzi-cluster-operator' };

const tcp = (name: string, port: number): MadePod['ports'][number] => ({ name, port, protocol: 'TCP' });

function labelsOf(cluster: string, name: string, template: Tree): Readonly<Record<string, string>> {
  return {
    'strimzi.io/cluster': cluster,
    'strimzi.io/kind': 'Kafka',
    'strimzi.io/name': `${cluster}-${name}`,
    'strimzi.io/component-type': name === 'kafka' ? 'kafka' : name,
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': cluster,
    'app.kubernetes.io/part-of': `strimzi-${cluster}`,
    'app.kubernetes.io/managed-by': 'strimzi-cluster-operator',
    ...mapAt(template, 'pod', 'metadata', 'labels'),
  };
}

/** The pods that Strimzi makes: brokers, the entity operator and the exporter. */
export function strimziPods(objects: readonly KubeObject[]): MadePod[] {
  return ofKind(objects, 'Kafka').flatMap((kafkaObject) => {
    const { name: cluster, namespace = '', body } = kafkaObject;
    const kafka = treeAt(body, 'spec', 'kafka');
    const listeners = treesAt(kafka, 'listeners').map((listener) =>
      tcp(`tcp-${String(listener['name'])}`, numberAt(listener, 'port') ?? 0),
    );
    const metrics = kafka['metricsConfig'] === undefined ? [] : [tcp('tcp-prometheus', 9404)];
    const brokers = poolsOf(objects, kafkaObject).map((pool) => ({
      name: 'kafka',
      namespace,
      labels: {
        ...labelsOf(cluster, 'kafka', treeAt(kafka, 'template')),
        ...mapAt(pool.body, 'spec', 'template', 'pod', 'metadata', 'labels'),
        'strimzi.io/pool-name': pool.name,
      },
      ports: [
        tcp('tcp-ctrlplane', 9090),
        tcp('tcp-replication', 9091),
        tcp('tcp-kafkaagent', 8443),
        ...listeners,
        ...metrics,
      ],
    }));
    return [
      ...brokers,
      ...partOf(body, 'entityOperator').map((template) => ({
        name: 'kafka-entity-operator',
        namespace,
        labels: labelsOf(cluster, 'entity-operator', template),
        ports: [tcp('healthcheck', 8080), tcp('healthcheck', 8081)],
      })),
      ...partOf(body, 'kafkaExporter').map((template) => ({
        name: 'kafka-exporter',
        namespace,
        labels: labelsOf(cluster, 'kafka-exporter', template),
        ports: [tcp('tcp-prometheus', 9404)],
      })),
    ];
  });
}

function poolsOf(objects: readonly KubeObject[], cluster: KubeObject): KubeObject[] {
  return ofKind(objects, 'KafkaNodePool').filter(
    ({ namespace, labels }) => namespace === cluster.namespace && labels['strimzi.io/cluster'] === cluster.name,
  );
}

function partOf(body: Tree, part: string): Tree[] {
  return at(body, 'spec', part) === undefined ? [] : [treeAt(body, 'spec', part, 'template')];
}

/** The ingress policies that Strimzi makes for its own pods, as objects of their kind. */
export function strimziPolicies(objects: readonly KubeObject[]): Tree[] {
  return ofKind(objects, 'Kafka').flatMap(({ name: cluster, namespace, body }) => {
    const kafka = treeAt(body, 'spec', 'kafka');
    const operator = {
      podSelector: { matchLabels: { 'strimzi.io/kind': 'cluster-operator' } },
      // The operator lives in another namespace and is not told its labels: any namespace.
      namespaceSelector: {},
    };
    const part = (name: string): Tree => ({
      podSelector: { matchLabels: { 'strimzi.io/name': `${cluster}-${name}` } },
    });
    const policy = (name: string, ingress: readonly Tree[]): Tree => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `${cluster}-network-policy-${name}`, namespace },
      spec: {
        podSelector: {
          matchLabels: {
            'strimzi.io/cluster': cluster,
            'strimzi.io/kind': 'Kafka',
            'strimzi.io/name': `${cluster}-${name}`,
          },
        },
        ingress,
        policyTypes: ['Ingress'],
      },
    });
    const rule = (port: number, from?: readonly unknown[]): Tree => ({
      ports: [{ port, protocol: 'TCP' }],
      ...(from === undefined || from.length === 0 ? {} : { from }),
    });
    return [
      policy('kafka', [
        rule(9090, [part('kafka'), operator]),
        rule(9091, [operator, ...['kafka', 'entity-operator', 'kafka-exporter', 'cruise-control'].map(part)]),
        rule(8443, [operator]),
        ...treesAt(kafka, 'listeners').map((listener) =>
          rule(numberAt(listener, 'port') ?? 0, treesAt(listener, 'networkPolicyPeers')),
        ),
        ...(kafka['metricsConfig'] === undefined ? [] : [rule(9404)]),
      ]),
      policy('entity-operator', [rule(8080), rule(8081)]),
      policy('kafka-exporter', [rule(9404)]),
    ];
  });
}

/** How templates name the containers that Strimzi makes, by where the template stands below `spec`. */
const CONTAINERS: Readonly<Record<string, readonly string[]>> = {
  template: ['kafkaContainer', 'initContainer'],
  entityOperator: ['topicOperatorContainer', 'userOperatorContainer'],
  kafkaExporter: ['container'],
};

/** What Strimzi's provider of pod security `restricted` gives a container that its template says nothing of. */
const RESTRICTED = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
  capabilities: { drop: ['ALL'] },
};

/** The pods that Strimzi makes, as far as templates shape them. A template's security context replaces the provider's whole. */
export function strimziTemplates(objects: readonly KubeObject[]): PodTemplate[] {
  return ofKind(objects, 'Kafka').flatMap((kafka) => [
    ...poolsOf(objects, kafka).map((pool) =>
      // What a pool's template says stands in the place of what the cluster's does.
      templateOf(pool, 'spec.template', [
        treeAt(kafka.body, 'spec', 'kafka', 'template'),
        treeAt(pool.body, 'spec', 'template'),
      ]),
    ),
    ...['entityOperator', 'kafkaExporter']
      .filter((part) => at(kafka.body, 'spec', part) !== undefined)
      .map((part) => templateOf(kafka, `spec.${part}.template`, [treeAt(kafka.body, 'spec', part, 'template')])),
  ]);
}

function templateOf(owner: KubeObject, path: string, templates: readonly Tree[]): PodTemplate {
  const template: Tree = Object.assign({}, ...templates);
  const part = path.split('.')[1] ?? '';
  return {
    owner,
    path: `${path}.pod`,
    labels: mapAt(template, 'pod', 'metadata', 'labels'),
    annotations: mapAt(template, 'pod', 'metadata', 'annotations'),
    spec: treeAt(template, 'pod'),
    containers: (CONTAINERS[part] ?? []).map((name) => ({
      name,
      path: `${path}.${name}`,
      role: 'main' as const,
      body: { securityContext: at(template, name, 'securityContext') ?? RESTRICTED },
    })),
  };
}
