import { commandIsMissing } from '@weatherline/testkit/kafka';
import { renderedScaledObjects, type ScalerSettings } from './scaled-objects.ts';
import { PHASES, QUIET } from './scenarios.ts';
import { simulate, type Outcome, type World } from './world.ts';

/** Why the ScaledObjects cannot be rendered here; undefined = they can. */
export const missing = commandIsMissing(['kubectl']);
export const because = missing === undefined ? '' : ` (skipped: ${missing})`;
export const rendered =
  missing === undefined ? renderedScaledObjects('base/functions') : new Map<string, ScalerSettings>();

export function settingsOf(name: string): ScalerSettings {
  const settings = rendered.get(name);
  if (settings === undefined) throw new Error(`no ScaledObject ${name}`);
  return settings;
}

export const DELETED = ['counted', 'left out'] as const;

/** In every phase of the controllers, and by KEDA's arithmetic before 2.21 and since. */
export function outcomes(settings: ScalerSettings, world: Partial<World>): Outcome[] {
  return PHASES.flatMap((phases) =>
    DELETED.map((deleted) => simulate(settings, { ...QUIET, ...world, phases, deleted })),
  );
}

export function firstRise({ changes }: Outcome): number {
  return changes.find(({ to }) => to > 0)?.at ?? Infinity;
}

export function slept({ changes }: Outcome): number {
  return changes.findLast(({ to }) => to === 0)?.at ?? Infinity;
}
