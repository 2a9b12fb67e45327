import { finding, type Check, type Finding } from '../check.ts';
import { podTemplates } from '../pods.ts';
import { quantity } from '../quantity.ts';
import { at } from '../tree.ts';

const ASKED = [
  ['requests', 'cpu'],
  ['requests', 'memory'],
  ['requests', 'ephemeral-storage'],
  ['limits', 'memory'],
  ['limits', 'ephemeral-storage'],
] as const;

/** Each container says what it needs and what it may take at most. CPU has no limit: it would slow what is in a hurry. */
export const resources: Check = {
  name: 'resources',
  answers: ['P4'],
  find: (objects) =>
    podTemplates(objects).flatMap(({ owner, containers }) =>
      containers.flatMap(({ body, path }): Finding[] => [
        ...ASKED.flatMap(([part, name]) => {
          const got = at(body, 'resources', part, name);
          if (quantity(got) > 0) return [];
          const todo = 'size it: a pod without one is packed blindly and is the first to be evicted';
          return [finding(owner, `${path}.resources.${part}.${name}`, { expected: 'a quantity', got, todo })];
        }),
        ...['memory', 'cpu', 'ephemeral-storage'].flatMap((name) => {
          const request = at(body, 'resources', 'requests', name);
          const limit = at(body, 'resources', 'limits', name);
          if (!(quantity(request) > quantity(limit))) return [];
          const todo = 'the API server refuses such a pod';
          const expected = `a limit of at least ${String(request)}`;
          return [finding(owner, `${path}.resources.limits.${name}`, { expected, got: limit, todo })];
        }),
      ]),
    ),
};
