import * as fc from 'fast-check';
import test from 'ava';
import { countOf, flapsOf, PARTITIONS, QUIET } from './scenarios.ts';
import { overlays, renderedScaledObjects, type ScalerSettings } from './scaled-objects.ts';
import { because, missing } from './support.ts';
import { simulate, type World } from './world.ts';

const rendering = missing === undefined ? test : test.skip;

const BUSY_SECONDS = 3_600;

const span = fc
  .record({ from: fc.nat(BUSY_SECONDS), for: fc.integer({ min: 1, max: 1_800 }) })
  .map((one) => ({ from: one.from, to: one.from + one.for }));

const partition = fc
  .record({ start: fc.nat(500), kept: fc.nat(5), isKnown: fc.boolean() })
  .map(({ start, kept, isKnown }) => ({ start, end: start + kept, committed: isKnown ? start : undefined }));

const arrival = fc.record({
  at: fc.nat(BUSY_SECONDS),
  partition: fc.nat(PARTITIONS - 1),
  count: fc.integer({ min: 1, max: 60 }),
});

/** Anything may come at any time, from any state that a group can be in; in the end all of it can be handled. */
const world: fc.Arbitrary<World> = fc
  .record({
    partitions: fc.array(partition, { minLength: PARTITIONS, maxLength: PARTITIONS }),
    arrivals: fc.array(arrival, { maxLength: 12 }),
    rate: fc.double({ min: 0.5, max: 20, noNaN: true }),
    startSeconds: fc.integer({ min: 1, max: 90 }),
    rebalanceSeconds: fc.nat(10),
    outages: fc.array(span, { maxLength: 2 }),
    silences: fc.array(span, { maxLength: 2 }),
    deleted: fc.constantFrom('counted', 'left out'),
    phases: fc.record({ poll: fc.nat(29), sync: fc.nat(14) }),
  })
  .map((one) => ({ ...QUIET, ...one, seconds: 4 * BUSY_SECONDS }));

/** Of each environment and lane the settings of one function, without those that are as in another environment. */
function differing(): ReadonlyMap<string, ScalerSettings> {
  const found = new Map<string, readonly [string, ScalerSettings]>();
  for (const overlay of overlays()) {
    for (const [name, settings] of renderedScaledObjects(overlay)) {
      if (name.startsWith('fetch')) found.set(JSON.stringify(settings), [`${name} of ${overlay}`, settings]);
    }
  }
  return new Map(found.values());
}

rendering(
  `whatever comes whenever: all of it is handled, within the limits, without a flap, and it sleeps again${because}`,
  (t) => {
    for (const [name, settings] of differing()) {
      const check = fc.property(world, (one) => {
        const outcome = simulate(settings, one);
        const waiting = one.partitions.reduce((sum, { start, end }) => sum + end - start, 0);
        return (
          outcome.handled === waiting + countOf(one.arrivals) &&
          outcome.lag === 0 &&
          outcome.replicas === 0 &&
          outcome.most <= Math.min(PARTITIONS, settings.maxReplicaCount) &&
          flapsOf(outcome, one.arrivals) === 0
        );
      });
      fc.assert(check, { numRuns: 100 });
      t.log(`${name}: 0 to ${settings.maxReplicaCount}`);
      t.pass();
    }
  },
);
