import { finding, type Check, type Finding } from '../check.ts';
import { podTemplates, portsOf, type Container } from '../pods.ts';
import type { KubeObject } from '../objects.ts';
import { at, isTree, numberAt, shown, textAt } from '../tree.ts';

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const TO_THE_END = new Set(['Job', 'CronJob']);

/** What serves has both probes, they ask different things, and each asks a port that the container has. */
export const probes: Check = {
  name: 'probes',
  answers: ['P6'],
  find: (objects) =>
    podTemplates(objects).flatMap(({ owner, containers }) =>
      containers.flatMap((container) => [...kinds(owner, container), ...ports(owner, container)]),
    ),
};

function kinds(owner: KubeObject, { body, path, role }: Container): Finding[] {
  if (role === 'init' || TO_THE_END.has(owner.kind) || portsOf(body).length === 0) return [];
  // A sidecar has no say in whether its pod gets requests, but it must not hang.
  const needed = role === 'sidecar' ? ['livenessProbe'] : ['livenessProbe', 'readinessProbe'];
  const missing = needed
    .filter((probe) => !isTree(body[probe]))
    .map((probe) =>
      finding(owner, `${path}.${probe}`, { expected: 'a probe', got: undefined, todo: 'ask the infra port' }),
    );
  const liveness = questionOf(body['livenessProbe']);
  const same = liveness !== undefined && liveness === questionOf(body['readinessProbe']);
  const todo = 'liveness must not depend on anything outside the process: a dependency that is away would kill it';
  return same
    ? [
        ...missing,
        finding(owner, `${path}.livenessProbe`, { expected: 'another path than readiness', got: liveness, todo }),
      ]
    : missing;
}

function questionOf(probe: unknown): string | undefined {
  const question = at(probe, 'httpGet') ?? at(probe, 'exec') ?? at(probe, 'tcpSocket') ?? at(probe, 'grpc');
  return question === undefined ? undefined : shown(question);
}

function ports(owner: KubeObject, { body, path }: Container): Finding[] {
  const known = portsOf(body);
  const named = new Set(known.map(({ name }) => name));
  const numbers = new Set(known.map(({ port }) => port));
  return PROBES.flatMap((probe) =>
    ['httpGet', 'tcpSocket', 'grpc'].flatMap((kind) => {
      const number = numberAt(body, probe, kind, 'port');
      const name = textAt(body, probe, kind, 'port');
      if (number === undefined ? name === undefined || named.has(name) : numbers.has(number)) return [];
      const expected = `one of the container's ports: ${known.map((port) => port.name ?? port.port).join(', ')}`;
      return [
        finding(owner, `${path}.${probe}.${kind}.port`, { expected, got: number ?? name, todo: 'correct the port' }),
      ];
    }),
  );
}
