import { ofKind, type KubeObject } from '../objects.ts';
import { podTemplates, portsOf } from '../pods.ts';
import { strimziPolicies } from '../strimzi-policies.ts';
import { CLUSTER_OPERATOR, strimziPods } from '../strimzi.ts';
import type { Tree } from '../tree.ts';
import { namespaceLabels, type Peer, type World } from './evaluate.ts';

/** Where an overlay's cluster is. */
export type Place = { readonly vpc: string; readonly publicSubnets: readonly string[] };

/** Pods of others, with the labels that their makers give them. */
const FOREIGN_PODS: readonly Omit<Peer, 'address'>[] = [
  // https://github.com/kedacore/charts: the operator's Deployment
  {
    name: 'keda-operator',
    namespace: 'keda',
    labels: { app: 'keda-operator', 'app.kubernetes.io/name': 'keda-operator' },
    ports: [],
  },
  // https://github.com/prometheus-operator/prometheus-operator: the StatefulSet that it makes of a Prometheus
  {
    name: 'prometheus',
    namespace: 'monitoring',
    labels: { 'app.kubernetes.io/name': 'prometheus', 'app.kubernetes.io/managed-by': 'prometheus-operator' },
    ports: [],
  },
  { name: 'strimzi-operator', namespace: 'strimzi-system', labels: CLUSTER_OPERATOR, ports: [] },
  // EKS keeps the label of kube-dns for CoreDNS.
  {
    name: 'kube-dns',
    namespace: 'kube-system',
    labels: { 'k8s-app': 'kube-dns', 'eks.amazonaws.com/component': 'coredns' },
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'dns-tcp', port: 53, protocol: 'TCP' },
    ],
  },
  // Anybody else: the proof that nothing is open to everybody.
  { name: 'stranger', namespace: 'default', labels: { app: 'stranger' }, ports: [] },
];

export type Node = Peer & { readonly isOurs: boolean };

/** Every pod and every address of an overlay's world, and the policies between them. */
export function worldOf(objects: readonly KubeObject[], place: Place): { world: World; nodes: readonly Node[] } {
  const own = [
    ...podTemplates(objects).map(({ owner, labels, containers }) => ({
      name: owner.name,
      namespace: owner.namespace ?? 'default',
      labels,
      ports: containers.flatMap(({ body }) => portsOf(body)),
    })),
    ...strimziPods(objects),
  ];
  const policies: Tree[] = [...ofKind(objects, 'NetworkPolicy').map(({ body }) => body), ...strimziPolicies(objects)];
  const nodes: Node[] = [
    ...own.map((pod) => ({ ...pod, address: '100.64.7.7', isOurs: true })),
    ...FOREIGN_PODS.map((pod) => ({ ...pod, address: '100.64.7.8', isOurs: false })),
    ...addresses(place).map(([name, address]) => ({ name, address, labels: {}, ports: [], isOurs: false })),
  ];
  return { world: { policies, namespaces: namespaceLabels(objects.map(({ body }) => body)) }, nodes };
}

/** One address of each kind that policies tell apart. */
function addresses({ vpc, publicSubnets }: Place): [string, string][] {
  const [subnet = vpc] = publicSubnets;
  return [
    ['load-balancer', inside(subnet)],
    ['apiserver', insideLast(vpc)],
    // RFC 5737 keeps this block for examples: to policies it is as public as any other.
    ['internet', '203.0.113.7'],
    ['imds', '169.254.169.254'],
    ['private', vpc.startsWith('192.168.') ? '172.16.200.1' : '192.168.200.1'],
    ['carrier', '100.127.0.1'],
  ];
}

function inside(block: string): string {
  return (block.split('/')[0] ?? '').replace(/\d+$/, '10');
}

/** The interfaces of the API server stand in private subnets, which come after the public ones. */
function insideLast(block: string): string {
  return (block.split('/')[0] ?? '').replace(/\d+\.\d+$/, '250.10');
}
