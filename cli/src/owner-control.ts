import type { Control } from './control.ts';
import { pastOf } from './past.ts';
import { checkSlot, triggerRun } from './trigger.ts';
import type { UpPorts } from './up.ts';

/** What the owner of a directory does for other processes. */
export function controlOf({ config, system, clock }: UpPorts): Control {
  return {
    trigger: async ({ slot: text }) => {
      const { schedule } = config;
      const slot = checkSlot(text, { schedule, now: clock.now(), offSchedule: true, past: pastOf(config) });
      const { plan, isNew } = await triggerRun({ ...config, ...system }, slot, 'manual');
      return { run: plan.run.id, parts: plan.parts.length, isNew };
    },
    publish: async (topic, messages) => system.broker.publish(topic, messages),
    put: async (key, body, options) => system.store.put(key, body, options),
  };
}
