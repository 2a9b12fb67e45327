import { finding, type Check } from '../../manifests/check.ts';
import { deployableOf } from '../../manifests/deployables.ts';
import { podTemplates, portsOf } from '../../manifests/pods.ts';
import { at, listAt, textAt } from '../../manifests/tree.ts';

/** What the infra server answers (packages/runtime/src/infra-server.ts) and where probes must ask it. */
const PATHS = { livenessProbe: '/healthz', readinessProbe: '/readyz', startupProbe: '/healthz' } as const;
const NAMES = { infraPort: ['infra', 'infra-secrets'], httpPort: ['http'] } as const;

/** Ports and probes are those of the code: its defaults, which the manifests do not change. */
export const infraPorts: Check = {
  name: 'infra ports',
  answers: ['P6'],
  find: (objects, { knowledge }) =>
    podTemplates(objects).flatMap(({ owner, containers }) =>
      containers.flatMap(({ body, path }) => {
        const deployable = deployableOf(knowledge.deployables, String(body['image']), listAt(body, 'args'));
        if (deployable === undefined || deployable === 'unknown') return [];
        const ports = portsOf(body);
        const wrong = Object.entries(NAMES).flatMap(([key, names]) => {
          const port = ports.find(({ name = '' }) => names.some((one) => one === name));
          const expected = deployable.settings[key]?.fallback;
          if (port === undefined || String(port.port) === expected) return [];
          const todo = 'the process listens on its default';
          return [
            finding(owner, `${path}.ports[${port.name}]`, {
              expected: expected ?? 'no such port',
              got: port.port,
              todo,
            }),
          ];
        });
        const probes = Object.entries(PATHS).flatMap(([probe, expected]) => {
          const got = textAt(body, probe, 'httpGet', 'path');
          const todo = 'ask what packages/runtime/src/infra-server.ts answers';
          const onInfra = ports.find(
            ({ name, port }) => name === asked(body, probe) || port === asked(body, probe),
          )?.name;
          const isInfra = onInfra === 'infra' || onInfra === 'infra-secrets';
          if (body[probe] === undefined) return [];
          return [
            ...(got === expected ? [] : [finding(owner, `${path}.${probe}.httpGet.path`, { expected, got, todo })]),
            ...(isInfra || onInfra === undefined
              ? []
              : [finding(owner, `${path}.${probe}.httpGet.port`, { expected: 'the infra port', got: onInfra, todo })]),
          ];
        });
        return [...wrong, ...probes];
      }),
    ),
};

function asked(body: unknown, probe: string): unknown {
  return at(body, probe, 'httpGet', 'port');
}
