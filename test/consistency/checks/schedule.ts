import { finding, type Check } from '../../manifests/check.ts';
import { settingOf } from '../../manifests/mounts.ts';
import { podTemplates } from '../../manifests/pods.ts';
import { listAt, textAt } from '../../manifests/tree.ts';

/** The CronJob of the trigger runs when slots are, in UTC. */
export const schedule: Check = {
  name: 'schedule',
  answers: [],
  find: (objects) =>
    podTemplates(objects).flatMap((template) => {
      const container = template.containers.find(({ body }) => listAt(body, 'args')[0] === 'trigger');
      if (container === undefined || template.owner.kind !== 'CronJob') return [];
      const { owner } = template;
      const slots = settingOf(objects, template, container, 'WEATHERLINE_SCHEDULE');
      const ticks = textAt(owner.body, 'spec', 'schedule');
      const zone = textAt(owner.body, 'spec', 'timeZone');
      const todo = 'the settings are the one place that says when slots are';
      return [
        ...(ticks === slots
          ? []
          : [finding(owner, 'spec.schedule', { expected: slots ?? 'a setting', got: ticks, todo })]),
        ...(zone === 'Etc/UTC'
          ? []
          : [finding(owner, 'spec.timeZone', { expected: 'Etc/UTC', got: zone, todo: 'slots are in UTC' })]),
        ...(textAt(owner.body, 'spec', 'concurrencyPolicy') === 'Forbid'
          ? []
          : [
              finding(owner, 'spec.concurrencyPolicy', {
                expected: 'Forbid',
                got: owner.body['spec'] === undefined ? undefined : textAt(owner.body, 'spec', 'concurrencyPolicy'),
                todo: 'two triggers of a slot are harmless but useless',
              }),
            ]),
      ];
    }),
};
