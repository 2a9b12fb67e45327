import { selects } from '../selector.ts';
import { at, isTree, listAt, mapAt, numberAt, textAt, textsAt, treesAt, type Tree } from '../tree.ts';
import { isWithin } from './cidr.ts';

/**
 * What NetworkPolicies of networking.k8s.io/v1 allow, after
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export type Port = { readonly name?: string | undefined; readonly port: number; readonly protocol: string };

/** A pod, or an address outside the cluster: then it has no namespace. */
export type Peer = {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
  /** The ports that it declares, by which a policy may name them. */
  readonly ports: readonly Port[];
};

export type World = {
  /** NetworkPolicy objects as they are written. */
  readonly policies: readonly Tree[];
  /** The labels of each namespace. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
};

/** A connection needs both: the source's egress and the target's ingress. */
export function allows(world: World, from: Peer, to: Peer, port: Port): boolean {
  return wayBetween(world, from, to)(port);
}

/** To which ports of `to` may `from` connect? */
export function wayBetween(world: World, from: Peer, to: Peer): (port: Port) => boolean {
  const out = rulesFor(world, 'Egress', from, to);
  if (out?.length === 0) return () => false;
  const into = rulesFor(world, 'Ingress', to, from);
  return (port) => [out, into].every((rules) => rules === undefined || rules.some((rule) => anyPort(rule, to, port)));
}

type Direction = 'Ingress' | 'Egress';

/** The rules that let `other` pass, as far as ports go; undefined where no policy selects `self`: it is open in this direction. */
function rulesFor(world: World, direction: Direction, self: Peer, other: Peer): Tree[] | undefined {
  const policies = policiesOf(world, direction, self);
  if (policies.length === 0) return undefined;
  return policies.flatMap((policy) =>
    treesAt(policy, 'spec', direction === 'Ingress' ? 'ingress' : 'egress').filter((rule) =>
      anyPeer(world, rule, direction, { namespace: textAt(policy, 'metadata', 'namespace') ?? 'default', other }),
    ),
  );
}

/** Which policies select a pod is asked for each of its ways: they are looked for once. */
const selecting = new WeakMap<World, Map<string, Tree[]>>();

function policiesOf(world: World, direction: Direction, peer: Peer): Tree[] {
  const known = selecting.get(world) ?? new Map<string, Tree[]>();
  selecting.set(world, known);
  const key = `${direction} ${peer.namespace} ${JSON.stringify(peer.labels)}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = selected(world, direction, peer);
  known.set(key, found);
  return found;
}

function selected({ policies }: World, direction: Direction, { namespace, labels }: Peer): Tree[] {
  if (namespace === undefined) return [];
  return policies.filter(
    (policy) =>
      (textAt(policy, 'metadata', 'namespace') ?? 'default') === namespace &&
      selects(at(policy, 'spec', 'podSelector'), labels) &&
      typesOf(policy).includes(direction),
  );
}

/** Without `policyTypes`: ingress always, egress when there are egress rules. */
function typesOf(policy: Tree): readonly string[] {
  const types = textsAt(policy, 'spec', 'policyTypes');
  if (types.length > 0) return types;
  return listAt(policy, 'spec', 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

function anyPort(rule: Tree, target: Peer, { port, protocol }: Port): boolean {
  const ports = listAt(rule, 'ports');
  if (ports.length === 0) return true;
  return ports.some((item) => {
    if ((textAt(item, 'protocol') ?? 'TCP') !== protocol) return false;
    const number = numberAt(item, 'port');
    const name = textAt(item, 'port');
    if (name !== undefined) {
      return target.ports.some((known) => known.name === name && known.port === port && known.protocol === protocol);
    }
    if (number === undefined) return true;
    const end = numberAt(item, 'endPort') ?? number;
    return port >= number && port <= end;
  });
}

type Other = { readonly namespace: string; readonly other: Peer };

function anyPeer(world: World, rule: Tree, direction: Direction, { namespace, other }: Other): boolean {
  const peers = treesAt(rule, direction === 'Ingress' ? 'from' : 'to');
  if (peers.length === 0) return true;
  return peers.some((peer) => {
    const block = peer['ipBlock'];
    if (isTree(block)) return other.namespace === undefined && isInBlock(block, other.address);
    if (other.namespace === undefined) return false;
    const isThere =
      peer['namespaceSelector'] === undefined
        ? other.namespace === namespace
        : selects(peer['namespaceSelector'], labelsOf(world, other.namespace));
    return isThere && (peer['podSelector'] === undefined || selects(peer['podSelector'], other.labels));
  });
}

/** An address block is for what is outside the cluster: the addresses of pods come and go, and are matched by their labels. */
function isInBlock(block: Tree, address: string): boolean {
  const cidr = textAt(block, 'cidr') ?? '';
  // Blocks of IPv6 say nothing about addresses of IPv4.
  if (cidr.includes(':')) return false;
  return isWithin(address, cidr) && !textsAt(block, 'except').some((except) => isWithin(address, except));
}

function labelsOf({ namespaces }: World, name: string): Readonly<Record<string, string>> {
  // Kubernetes gives every namespace its name as a label.
  return { ...namespaces.get(name), 'kubernetes.io/metadata.name': name };
}

/** The labels of the namespaces among some objects. */
export function namespaceLabels(bodies: readonly Tree[]): World['namespaces'] {
  return new Map(
    bodies
      .filter(({ kind }) => kind === 'Namespace')
      .map((body) => [textAt(body, 'metadata', 'name') ?? '', mapAt(body, 'metadata', 'labels')]),
  );
}
