import test from 'ava';
import { parse } from 'yaml';
import type { Tree } from '../tree.ts';
import { isTree } from '../tree.ts';
import { isWithin } from './cidr.ts';
import { allows, type Peer, type World } from './evaluate.ts';

/** The examples of https://kubernetes.io/docs/concepts/services-networking/network-policies/ and what the page says of them. */
const NAMESPACES = new Map([
  ['default', {}],
  ['myproject', { project: 'myproject' }],
  ['other', { team: 'other' }],
]);

function pod(name: string, namespace: string, labels: Readonly<Record<string, string>>): Peer {
  return { name, namespace, labels, address: '10.1.1.1', ports: [{ name: 'redis', port: 6379, protocol: 'TCP' }] };
}

function outside(address: string): Peer {
  return { name: address, labels: {}, address, ports: [] };
}

function worldOf(...texts: readonly string[]): World {
  const policies = texts.map((text): Tree => {
    const body: unknown = parse(text);
    if (!isTree(body)) throw new TypeError('expected a policy');
    return body;
  });
  return { policies, namespaces: NAMESPACES };
}

const db = pod('db', 'default', { role: 'db' });
const frontend = pod('frontend', 'default', { role: 'frontend' });
const stranger = pod('stranger', 'default', { role: 'batch' });
const project = pod('project', 'myproject', { role: 'any' });
const tcp = (port: number) => ({ port, protocol: 'TCP' });
const udp = (port: number) => ({ port, protocol: 'UDP' });

const THE_EXAMPLE = `
metadata: { name: test-network-policy, namespace: default }
spec:
  podSelector: { matchLabels: { role: db } }
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - ipBlock: { cidr: 172.17.0.0/16, except: [172.17.1.0/24] }
        - namespaceSelector: { matchLabels: { project: myproject } }
        - podSelector: { matchLabels: { role: frontend } }
      ports: [{ protocol: TCP, port: 6379 }]
  egress:
    - to: [{ ipBlock: { cidr: 10.0.0.0/24 } }]
      ports: [{ protocol: TCP, port: 5978 }]
`;

test('pods that no policy selects are open both ways', (t) => {
  t.true(allows(worldOf(), stranger, db, tcp(6379)));
  t.true(allows(worldOf(THE_EXAMPLE), project, stranger, udp(1)));
});

test('the example lets in its block without the exception, the namespaces and the pods, on its port', (t) => {
  const world = worldOf(THE_EXAMPLE);
  t.true(allows(world, outside('172.17.0.5'), db, tcp(6379)));
  t.true(allows(world, outside('172.17.2.200'), db, tcp(6379)));
  t.false(allows(world, outside('172.17.1.5'), db, tcp(6379)));
  t.true(allows(world, project, db, tcp(6379)));
  t.true(allows(world, frontend, db, tcp(6379)));
  t.false(allows(world, stranger, db, tcp(6379)));
  t.false(allows(world, frontend, db, tcp(6380)));
  t.false(allows(world, frontend, db, udp(6379)));
});

test('the example lets out to its block on its port, and nowhere else', (t) => {
  const world = worldOf(THE_EXAMPLE);
  t.true(allows(world, db, outside('10.0.0.9'), tcp(5978)));
  t.false(allows(world, db, outside('10.0.1.9'), tcp(5978)));
  t.false(allows(world, db, outside('10.0.0.9'), tcp(443)));
  t.false(allows(world, db, frontend, tcp(5978)), 'a block says nothing of pods');
});

test('two selectors in one peer must both match; as two peers one is enough', (t) => {
  const policy = (from: string): string => `
metadata: { name: one, namespace: default }
spec: { podSelector: {}, policyTypes: [Ingress], ingress: [{ from: ${from} }] }`;
  const joined = worldOf(
    policy(
      '[{ namespaceSelector: { matchLabels: { project: myproject } }, podSelector: { matchLabels: { role: client } } }]',
    ),
  );
  const apart = worldOf(
    policy(
      '[{ namespaceSelector: { matchLabels: { project: myproject } } }, { podSelector: { matchLabels: { role: client } } }]',
    ),
  );
  const client = pod('client', 'default', { role: 'client' });
  const clientThere = pod('client', 'myproject', { role: 'client' });
  t.deepEqual(
    [client, project, clientThere].map((from) => allows(joined, from, db, tcp(1))),
    [false, false, true],
  );
  t.deepEqual(
    [client, project, clientThere].map((from) => allows(apart, from, db, tcp(1))),
    [true, true, true],
  );
});

test('the default policies: deny ingress, allow ingress, deny egress, deny both', (t) => {
  const policy = (spec: string): World =>
    worldOf(`{ metadata: { name: p, namespace: default }, spec: { podSelector: {}, ${spec} } }`);
  t.false(allows(policy('policyTypes: [Ingress]'), project, db, tcp(1)));
  t.true(allows(policy('policyTypes: [Ingress]'), db, project, tcp(1)));
  t.true(allows(policy('policyTypes: [Ingress], ingress: [{}]'), project, db, tcp(1)));
  t.false(allows(policy('policyTypes: [Egress]'), db, project, tcp(1)));
  t.true(allows(policy('policyTypes: [Egress]'), project, db, tcp(1)));
  t.false(allows(policy('policyTypes: [Ingress, Egress]'), frontend, db, tcp(1)));
});

test('without policyTypes a policy is for ingress, and for egress when it has egress rules', (t) => {
  const policy = (spec: string): World =>
    worldOf(`{ metadata: { name: p, namespace: default }, spec: { podSelector: {}${spec} } }`);
  t.false(allows(policy(''), project, db, tcp(1)));
  t.true(allows(policy(''), db, project, tcp(1)));
  const withEgress = policy(', egress: [{ ports: [{ port: 53, protocol: UDP }] }]');
  t.true(allows(withEgress, db, project, udp(53)));
  t.false(allows(withEgress, db, project, tcp(1)));
});

test('policies add up, and a connection needs egress and ingress', (t) => {
  const deny =
    '{ metadata: { name: deny, namespace: default }, spec: { podSelector: {}, policyTypes: [Ingress, Egress] } }';
  const out = `{ metadata: { name: out, namespace: default }, spec: { podSelector: { matchLabels: { role: frontend } }, policyTypes: [Egress],
    egress: [{ to: [{ podSelector: { matchLabels: { role: db } } }] }] } }`;
  const into = `{ metadata: { name: in, namespace: default }, spec: { podSelector: { matchLabels: { role: db } }, policyTypes: [Ingress],
    ingress: [{ from: [{ podSelector: { matchLabels: { role: frontend } } }] }] } }`;
  t.false(allows(worldOf(deny, out), frontend, db, tcp(1)));
  t.false(allows(worldOf(deny, into), frontend, db, tcp(1)));
  t.true(allows(worldOf(deny, out, into), frontend, db, tcp(1)));
});

test('ports are numbers, ranges, or names that the target gives them', (t) => {
  const policy = (port: string): World =>
    worldOf(
      `{ metadata: { name: p, namespace: default }, spec: { podSelector: {}, ingress: [{ ports: [${port}] }] } }`,
    );
  t.true(allows(policy('{ port: redis }'), project, db, tcp(6379)));
  t.false(allows(policy('{ port: redis }'), project, db, tcp(6380)));
  t.false(allows(policy('{ port: unheard-of }'), project, db, tcp(6379)));
  t.true(allows(policy('{ port: 32000, endPort: 32768 }'), project, db, tcp(32_500)));
  t.false(allows(policy('{ port: 32000, endPort: 32768 }'), project, db, tcp(32_769)));
  t.true(allows(policy('{ protocol: UDP }'), project, db, udp(9)));
});

test('a namespace can be chosen by the label that Kubernetes gives it, and by expressions', (t) => {
  const policy = (selector: string): World =>
    worldOf(
      `{ metadata: { name: p, namespace: default }, spec: { podSelector: {}, ingress: [{ from: [{ namespaceSelector: ${selector} }] }] } }`,
    );
  const by = (operator: string, values: string): string =>
    `{ matchExpressions: [{ key: kubernetes.io/metadata.name, operator: ${operator}, values: ${values} }] }`;
  t.true(allows(policy('{ matchLabels: { kubernetes.io/metadata.name: myproject } }'), project, db, tcp(1)));
  t.true(allows(policy(by('In', '[myproject, other]')), project, db, tcp(1)));
  t.false(allows(policy(by('NotIn', '[myproject]')), project, db, tcp(1)));
  t.true(allows(policy('{}'), project, db, tcp(1)));
  t.false(allows(policy('{}'), outside('203.0.113.7'), db, tcp(1)));
});

test('a block is compared by its length', (t) => {
  t.true(isWithin('203.0.113.7', '0.0.0.0/0'));
  t.true(isWithin('10.255.0.1', '10.0.0.0/8'));
  t.false(isWithin('11.0.0.1', '10.0.0.0/8'));
  t.true(isWithin('10.0.16.1', '10.0.16.0/20'));
  t.false(isWithin('10.0.32.1', '10.0.16.0/20'));
  t.true(isWithin('169.254.169.254', '169.254.169.254'));
  t.throws(() => isWithin('10.0.0', '10.0.0.0/8'), { message: /IPv4/ });
});
