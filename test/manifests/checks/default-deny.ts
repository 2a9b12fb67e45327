import { finding, type Check } from '../check.ts';
import { ofKind, ownNamespaces } from '../objects.ts';
import { at, listAt, textsAt } from '../tree.ts';

/** Each namespace begins with nothing allowed, in either direction. */
export const defaultDeny: Check = {
  name: 'default deny',
  answers: ['N1', 'CIS 4.3.2'],
  find: (objects) =>
    ofKind(objects, 'Namespace')
      .filter(({ name }) => ownNamespaces(objects).includes(name))
      .filter(
        ({ name }) =>
          !ofKind(objects, 'NetworkPolicy').some(
            ({ namespace, body }) =>
              namespace === name &&
              JSON.stringify(at(body, 'spec', 'podSelector')) === '{}' &&
              ['Ingress', 'Egress'].every((type) => textsAt(body, 'spec', 'policyTypes').includes(type)) &&
              listAt(body, 'spec', 'ingress').length === 0 &&
              listAt(body, 'spec', 'egress').length === 0,
          ),
      )
      .map((namespace) =>
        finding(namespace, 'NetworkPolicy', {
          expected: 'one that selects every pod, for Ingress and Egress, without a rule',
          got: undefined,
          todo: 'add default-deny.yaml',
        }),
      ),
};
