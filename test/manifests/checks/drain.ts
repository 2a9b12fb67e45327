import { finding, type Check } from '../check.ts';
import { podTemplates } from '../pods.ts';
import { at, listAt, numberAt } from '../tree.ts';

/** Kubelet waits longer than the process needs to stop: its drain, and what goes before it. */
export const drain: Check = {
  name: 'drain',
  answers: [],
  find: (objects, { knowledge }) =>
    podTemplates(objects).flatMap(({ owner, path, spec, containers }) => {
      const needs = Math.max(
        0,
        ...containers.map(({ body }) => knowledge.stopSecondsOf(String(body['image']), listAt(body, 'args'))),
      );
      if (needs === 0) return [];
      const before = Math.max(0, ...containers.map(({ body }) => sleepOf(body)));
      const grace = numberAt(spec, 'terminationGracePeriodSeconds') ?? 30;
      if (grace >= needs + before + 1) return [];
      const expected = `more than ${needs + before} (the runtime drains within ${needs} s, hooks take ${before} s)`;
      const todo = 'else kubelet kills the process with work in hand';
      return [finding(owner, `${path}.terminationGracePeriodSeconds`, { expected, got: grace, todo })];
    }),
};

function sleepOf(body: unknown): number {
  const sleep = numberAt(body, 'lifecycle', 'preStop', 'sleep', 'seconds');
  const command = listAt(body, 'lifecycle', 'preStop', 'exec', 'command').join(' ');
  return sleep ?? Number(/sleep (\d+)/.exec(command)?.[1] ?? (at(body, 'lifecycle', 'preStop') === undefined ? 0 : 5));
}
