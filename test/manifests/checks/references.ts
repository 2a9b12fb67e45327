import { finding, type Check, type Finding } from '../check.ts';
import { find, ofKind, type KubeObject } from '../objects.ts';
import { podTemplates, portsOf, type PodTemplate } from '../pods.ts';
import { selects, selectsByMap } from '../selector.ts';
import { strimziPods } from '../strimzi.ts';
import { at, listAt, mapAt, textAt, treesAt } from '../tree.ts';

type Target = Pick<PodTemplate, 'labels'> & {
  readonly namespace: string | undefined;
  readonly ports: readonly { readonly name: string | undefined; readonly port: number }[];
};

/** What points at something points at something that is there: selectors, targets of scaling, of services and of scrapes. */
export const references: Check = {
  name: 'references',
  answers: [],
  find: (objects) => {
    const pods = targets(objects);
    return [
      ...ownSelectors(objects),
      ...ofKind(objects, 'Service').flatMap((service) => serviceFindings(service, pods)),
      ...ofKind(objects, 'PodMonitor').flatMap((monitor) => podMonitor(monitor, pods)),
      ...ofKind(objects, 'ServiceMonitor').flatMap((monitor) => serviceMonitor(monitor, objects, pods)),
      ...ofKind(objects, 'NetworkPolicy', 'PodDisruptionBudget').flatMap((object) => selected(object, pods)),
      ...scaling(objects),
    ];
  },
};

function targets(objects: readonly KubeObject[]): Target[] {
  return [
    ...podTemplates(objects).map(({ owner, labels, containers }) => ({
      namespace: owner.namespace,
      labels,
      ports: containers.flatMap(({ body }) => portsOf(body)),
    })),
    ...strimziPods(objects),
  ];
}

function ownSelectors(objects: readonly KubeObject[]): Finding[] {
  const templates = podTemplates(objects);
  return templates
    .filter(({ owner }) => ['Deployment', 'StatefulSet'].includes(owner.kind))
    .flatMap(({ owner, labels }) => {
      const selector = at(owner.body, 'spec', 'selector');
      const others = templates.filter(
        (other) =>
          other.owner !== owner && other.owner.namespace === owner.namespace && selects(selector, other.labels),
      );
      const todo = 'make the selector match the labels of its own template and no other';
      return [
        ...(selects(selector, labels)
          ? []
          : [finding(owner, 'spec.selector', { expected: 'one that matches its template', got: selector, todo })]),
        ...others.map((other) =>
          finding(owner, 'spec.selector', {
            expected: 'one that matches no other pods',
            got: `also those of ${other.owner.kind}/${other.owner.name}`,
            todo,
          }),
        ),
      ];
    });
}

/** Labels that Vault gives its own pod and changes while it runs: https://developer.hashicorp.com/vault/docs/configuration/service-registration/kubernetes */
const OF_VAULT = new Set(['vault-active', 'vault-initialized', 'vault-perf-standby', 'vault-sealed', 'vault-version']);

function serviceFindings(service: KubeObject, pods: readonly Target[]): Finding[] {
  const selector = Object.fromEntries(
    Object.entries(mapAt(service.body, 'spec', 'selector')).filter(([key]) => !OF_VAULT.has(key)),
  );
  const behind = pods.filter(
    ({ namespace, labels }) => namespace === service.namespace && selectsByMap(selector, labels),
  );
  if (behind.length === 0) {
    const todo = 'correct the selector';
    return [finding(service, 'spec.selector', { expected: 'one that selects pods', got: selector, todo })];
  }
  return treesAt(service.body, 'spec', 'ports').flatMap((port) => {
    const wanted = port['targetPort'] ?? port['port'];
    const isThere = behind.every(({ ports }) =>
      ports.some(({ name, port: number }) => name === wanted || number === wanted),
    );
    if (isThere) return [];
    const expected = 'a port that each selected pod has';
    const path = `spec.ports[${String(port['name'])}].targetPort`;
    return [finding(service, path, { expected, got: wanted, todo: 'correct the port or the selector' })];
  });
}

function namespacesOf(monitor: KubeObject): (namespace: string | undefined) => boolean {
  const names = listAt(monitor.body, 'spec', 'namespaceSelector', 'matchNames');
  const any = at(monitor.body, 'spec', 'namespaceSelector', 'any') === true;
  return (namespace) => any || (names.length === 0 ? namespace === monitor.namespace : names.includes(namespace));
}

function podMonitor(monitor: KubeObject, pods: readonly Target[]): Finding[] {
  const isIn = namespacesOf(monitor);
  const selector = at(monitor.body, 'spec', 'selector');
  const chosen = pods.filter(({ namespace, labels }) => isIn(namespace) && selects(selector, labels));
  if (chosen.length === 0) {
    const expected = 'one that selects pods';
    return [finding(monitor, 'spec.selector', { expected, got: selector, todo: 'correct the selector' })];
  }
  return treesAt(monitor.body, 'spec', 'podMetricsEndpoints').flatMap((endpoint) => {
    const port = endpoint['port'] ?? endpoint['portNumber'];
    if (chosen.every(({ ports }) => ports.some(({ name, port: number }) => name === port || number === port)))
      return [];
    const expected = 'a port that each selected pod has';
    return [
      finding(monitor, 'spec.podMetricsEndpoints', { expected, got: port, todo: 'correct the name of the port' }),
    ];
  });
}

function serviceMonitor(monitor: KubeObject, objects: readonly KubeObject[], pods: readonly Target[]): Finding[] {
  const isIn = namespacesOf(monitor);
  const selector = at(monitor.body, 'spec', 'selector');
  const chosen = ofKind(objects, 'Service').filter(
    ({ namespace, labels }) => isIn(namespace) && selects(selector, labels),
  );
  const behind = (service: KubeObject): Target[] =>
    pods.filter(
      ({ namespace, labels }) =>
        namespace === service.namespace && selectsByMap(mapAt(service.body, 'spec', 'selector'), labels),
    );
  if (chosen.length === 0) {
    const expected = 'one that selects a service';
    return [finding(monitor, 'spec.selector', { expected, got: selector, todo: 'correct the selector' })];
  }
  return treesAt(monitor.body, 'spec', 'endpoints').flatMap((endpoint) => {
    const { port, targetPort } = endpoint;
    const isThere = chosen.every((service) =>
      port === undefined
        ? behind(service).some(({ ports }) => ports.some((one) => one.name === targetPort || one.port === targetPort))
        : treesAt(service.body, 'spec', 'ports').some(({ name }) => name === port),
    );
    if (isThere) return [];
    const expected = 'a port of the selected services, or of the pods behind them';
    return [
      finding(monitor, 'spec.endpoints', { expected, got: port ?? targetPort, todo: 'correct the name of the port' }),
    ];
  });
}

/** A policy or a budget for pods that are not there guards nothing. */
function selected(object: KubeObject, pods: readonly Target[]): Finding[] {
  const path = object.kind === 'NetworkPolicy' ? 'podSelector' : 'selector';
  const selector = at(object.body, 'spec', path);
  if (pods.some(({ namespace, labels }) => namespace === object.namespace && selects(selector, labels))) return [];
  const expected = 'one that selects pods';
  return [
    finding(object, `spec.${path}`, { expected, got: selector, todo: 'correct the labels, or remove the object' }),
  ];
}

function scaling(objects: readonly KubeObject[]): Finding[] {
  return ofKind(objects, 'ScaledObject', 'HorizontalPodAutoscaler').flatMap((scaler) => {
    const target = textAt(scaler.body, 'spec', 'scaleTargetRef', 'name');
    const kind = textAt(scaler.body, 'spec', 'scaleTargetRef', 'kind') ?? 'Deployment';
    const todo = 'correct the name';
    const missing =
      find(objects, kind, target, scaler.namespace) === undefined
        ? [finding(scaler, 'spec.scaleTargetRef', { expected: `a ${kind} that exists`, got: target, todo })]
        : [];
    const authentication = treesAt(scaler.body, 'spec', 'triggers').flatMap((trigger) => {
      const name = textAt(trigger, 'authenticationRef', 'name');
      if (name === undefined) return [];
      if (find(objects, 'TriggerAuthentication', name, scaler.namespace) !== undefined) return [];
      const expected = 'a TriggerAuthentication that exists';
      return [finding(scaler, 'spec.triggers.authenticationRef', { expected, got: name, todo })];
    });
    return [...missing, ...authentication];
  });
}
