import { ofKind, type KubeObject } from './objects.ts';
import type { PodTemplate } from './pods.ts';
import { at, mapAt, numberAt, treeAt, treesAt, type Tree } from './tree.ts';

/**
 * What Strimzi 1.x makes of a Kafka resource: pods, their labels and ports (`strimzi-policies.ts`: their policies), after
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
  return ofKind(objects, 'Kafka').flatMap((kafka) => [
    ...poolsOf(objects, kafka).map((pool) => broker(kafka, pool)),
    ...partOf(kafka, 'entityOperator', 'entity-operator', [tcp('healthcheck', 8080), tcp('healthcheck', 8081)]),
    ...partOf(kafka, 'kafkaExporter', 'kafka-exporter', [tcp('tcp-prometheus', 9404)]),
  ]);
}

function broker({ name: cluster, namespace = '', body }: KubeObject, pool: KubeObject): MadePod {
  const kafka = treeAt(body, 'spec', 'kafka');
  return {
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
      ...treesAt(kafka, 'listeners').map((one) => tcp(`tcp-${String(one['name'])}`, numberAt(one, 'port') ?? 0)),
      ...(kafka['metricsConfig'] === undefined ? [] : [tcp('tcp-prometheus', 9404)]),
    ],
  };
}

function partOf(
  { name: cluster, namespace = '', body }: KubeObject,
  part: string,
  component: string,
  ports: MadePod['ports'],
): MadePod[] {
  if (at(body, 'spec', part) === undefined) return [];
  const name = component.startsWith('kafka') ? component : `kafka-${component}`;
  return [{ name, namespace, labels: labelsOf(cluster, component, treeAt(body, 'spec', part, 'template')), ports }];
}

function poolsOf(objects: readonly KubeObject[], cluster: KubeObject): KubeObject[] {
  return ofKind(objects, 'KafkaNodePool').filter(
    ({ namespace, labels }) => namespace === cluster.namespace && labels['strimzi.io/cluster'] === cluster.name,
  );
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
