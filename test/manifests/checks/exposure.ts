import { finding, type Check, type Finding } from '../check.ts';
import { find, ofKind, type KubeObject } from '../objects.ts';
import { at, textAt, treesAt } from '../tree.ts';

/** What the public may reach is the gateway's `http` by an Ingress, and nothing else: no port on a node, no balancer of its own. */
export const exposure: Check = {
  name: 'exposure',
  answers: ['G12'],
  find: (objects) => [
    ...services(objects),
    ...ofKind(objects, 'Ingress').flatMap((ingress) => routes(objects, ingress)),
  ],
};

function services(objects: readonly KubeObject[]): Finding[] {
  return ofKind(objects, 'Service').flatMap((service) => {
    const type = textAt(service.body, 'spec', 'type') ?? 'ClusterIP';
    const external = at(service.body, 'spec', 'externalIPs');
    const todo = 'leave the way in to the Ingress';
    return [
      ...(type === 'ClusterIP' ? [] : [finding(service, 'spec.type', { expected: 'ClusterIP', got: type, todo })]),
      ...(external === undefined
        ? []
        : [finding(service, 'spec.externalIPs', { expected: 'nothing', got: external, todo })]),
    ];
  });
}

function routes(objects: readonly KubeObject[], ingress: KubeObject): Finding[] {
  const backends = [
    { path: 'spec.defaultBackend', backend: at(ingress.body, 'spec', 'defaultBackend') },
    ...treesAt(ingress.body, 'spec', 'rules').flatMap((rule, index) =>
      treesAt(rule, 'http', 'paths').map((path) => ({
        path: `spec.rules[${index}].http.paths`,
        backend: path['backend'],
      })),
    ),
  ].filter(({ backend }) => backend !== undefined);
  return backends.flatMap(({ path, backend }) => {
    const service = find(objects, 'Service', textAt(backend, 'service', 'name'), ingress.namespace);
    const asked = at(backend, 'service', 'port', 'name') ?? at(backend, 'service', 'port', 'number');
    const port = treesAt(service?.body, 'spec', 'ports').find(
      ({ name, port: number }) => asked === name || asked === number,
    );
    const got = service === undefined ? undefined : port === undefined ? `no port ${String(asked)}` : port['name'];
    if (got === 'http') return [];
    const todo = 'health, metrics and version are for the platform, never for the public';
    return [finding(ingress, path, { expected: 'the port http of a service that exists', got, todo })];
  });
}
