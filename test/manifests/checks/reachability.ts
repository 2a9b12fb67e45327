import type { Check, Finding } from '../check.ts';
import { FLOWS, OPENED_BY_STRIMZI, type Flow } from '../flows.ts';
import { wayBetween, type Port } from '../network/evaluate.ts';
import { worldOf, type Node } from '../network/world.ts';

/** A port that nobody has: what reaches it reaches everything. */
const ANY_OTHER = 31_337;
const PROBED = [
  22,
  53,
  80,
  443,
  2379,
  3000,
  6443,
  8080,
  8081,
  8200,
  8201,
  8443,
  9090,
  9091,
  9092,
  9093,
  9404,
  10_250,
  ANY_OTHER,
];

/** The matrix of pods, pods and ports equals the declared table of flows, both ways. */
export const reachability: Check = {
  name: 'reachability',
  answers: ['N2', 'N3', 'N4', 'CIS 4.3.1'],
  find: (objects, { knowledge, overlay }) => {
    const { world, nodes } = worldOf(objects, knowledge.placeOf(overlay));
    const declared = declaredFlows(nodes, new Set(objects.map(({ kind }) => kind)));
    const found: Finding[] = [];
    for (const from of nodes) {
      for (const to of nodes) {
        // What passes between others, or is not a pod's, is not ours to rule.
        if (!from.isOurs && !to.isOurs) continue;
        const isOpen = canSend(from) ? wayBetween(world, from, to) : () => false;
        for (const port of probes(to)) {
          const key = keyOf(from.name, to.name, port);
          const isAllowed = isOpen(port);
          if (isAllowed !== declared.has(key)) found.push(differs(from, to, port, isAllowed));
        }
      }
    }
    return found;
  },
};

/** The private subnets have no way in from the internet; a node's metadata service and other networks start nothing. */
function canSend({ name }: Node): boolean {
  return !['internet', 'imds', 'private', 'carrier'].includes(name);
}

function probes({ ports }: Node): Port[] {
  const numbers = new Set([...PROBED, ...ports.map(({ port }) => port)]);
  return [...numbers].flatMap((port) => ['TCP', 'UDP'].map((protocol) => ({ port, protocol })));
}

function keyOf(from: string, to: string, { port, protocol }: Port): string {
  return `${from} > ${to}:${port}/${protocol}`;
}

/** Flows whose both ends are in this overlay. */
function declaredFlows(nodes: readonly Node[], kinds: ReadonlySet<string>): ReadonlySet<string> {
  const names = new Set(nodes.map(({ name }) => name));
  const keys = ({ from, to, ports, protocols = ['TCP'] }: Flow): string[] =>
    from
      .filter((name) => names.has(name) && names.has(to))
      .flatMap((name) => ports.flatMap((port) => protocols.map((protocol) => keyOf(name, to, { port, protocol }))));
  const flows = [...FLOWS, ...OPENED_BY_STRIMZI].filter(({ where }) => where === undefined || kinds.has(where));
  return new Set(flows.flatMap(keys));
}

function differs(from: Node, to: Node, port: Port, isAllowed: boolean): Finding {
  return {
    object: `NetworkPolicy/${from.isOurs ? from.namespace : to.namespace}`,
    path: keyOf(from.name, to.name, port),
    expected: isAllowed ? 'no such way' : 'an open way, as test/manifests/flows.ts declares it',
    got: isAllowed ? 'an open way' : 'none',
    todo: isAllowed ? 'narrow the policies, or declare the flow with its reason' : 'allow egress and ingress for it',
  };
}
