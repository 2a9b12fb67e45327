import { ReadingsFetched, RunRequested, topicOf } from '@weatherline/events';
import test from 'ava';
import { Autoscaler } from './autoscaler.ts';
import { recordingOf } from './recording.ts';
import type { ScalerSettings } from './scaled-objects.ts';
import { arrivalsOf, countOf, flapsOf, PARTITIONS, PHASES, rateOf, START, viewAt } from './scenarios.ts';
import { because, firstRise, outcomes, missing, rendered, settingsOf, slept } from './support.ts';
import type { Arrival, Outcome, World } from './world.ts';

const rendering = missing === undefined ? test : test.skip;

const REQUESTED = topicOf(RunRequested, 'live');
const READINGS = topicOf(ReadingsFetched, 'replay');

type Case = {
  readonly name: string;
  readonly settings: () => ScalerSettings;
  readonly world: Partial<World>;
  readonly most: number;
};

function live(name: 'slot-of-100' | 'slot-of-5000' | 'outage'): Arrival[] {
  return arrivalsOf(name, REQUESTED, START);
}

const HOUR = { from: START, to: START + 3_600 };
const CASES: readonly Case[] = [
  {
    name: 'a slot of 100 locations in 2 parts',
    settings: () => settingsOf('fetch'),
    world: { arrivals: live('slot-of-100'), rate: rateOf('slot-of-100', REQUESTED) },
    most: 1,
  },
  {
    name: 'a slot of 5,000 locations in 100 parts',
    settings: () => settingsOf('fetch'),
    world: { arrivals: live('slot-of-5000'), rate: rateOf('slot-of-5000', REQUESTED) },
    most: 6,
  },
  {
    name: 'the same from a provider that takes its time',
    settings: () => settingsOf('fetch'),
    world: { arrivals: live('slot-of-5000'), rate: 0.1 },
    most: 6,
  },
  {
    name: 'the same while the key allows 60 calls a minute',
    settings: () => settingsOf('fetch'),
    world: { arrivals: live('slot-of-5000'), budget: 60 / 50 / 60, seconds: 4 * 3_600 },
    most: 6,
  },
  {
    name: 'an outage in which lag stands for an hour',
    settings: () => settingsOf('fetch'),
    world: { arrivals: live('outage'), outages: [HOUR], seconds: 3 * 3_600 },
    most: 6,
  },
  {
    name: 'brokers that do not answer for an hour',
    settings: () => settingsOf('fetch'),
    world: { arrivals: live('outage'), silences: [{ from: START + 20, to: START + 3_600 }], seconds: 3 * 3_600 },
    most: 6,
  },
  {
    name: 'a replay of a year',
    settings: () => settingsOf('transform-replay'),
    world: {
      arrivals: arrivalsOf('replay-of-a-year', READINGS, START),
      rate: rateOf('replay-of-a-year', READINGS),
    },
    most: 2,
  },
];

for (const { name, settings, world, most } of CASES) {
  rendering(`${name}: all of it is handled, without a flap, and it sleeps again${because}`, (t) => {
    const { arrivals = [] } = world;
    const { pollingInterval, cooldownPeriod } = settings();
    const results = outcomes(settings(), world);
    for (const outcome of results) {
      t.is(outcome.handled, countOf(arrivals));
      t.is(outcome.lag, 0);
      t.true(firstRise(outcome) - START <= pollingInterval);
      t.true(outcome.most <= most, `${outcome.most} replicas`);
      t.is(flapsOf(outcome, arrivals), 0);
      const rises = outcome.changes.filter(({ from, to }) => to > from).length;
      // From 0 to 1, by four, and to the limit; down again no replica goes twice.
      t.true(rises <= 3 && outcome.changes.length - rises <= outcome.most, JSON.stringify(outcome.changes));
      t.is(outcome.replicas, 0);
      // The last event, the poll that sees it gone, the cooldown, and the poll after that.
      t.true(slept(outcome) - outcome.doneAt <= cooldownPeriod + 2 * pollingInterval + 1);
    }
    const worst = (of: (outcome: Outcome) => number): number => Math.max(...results.map(of));
    t.log(
      `${countOf(arrivals)} events, at the worst: awake after ${worst(firstRise) - START} s, ` +
        `${worst((one) => one.most)} replicas, done after ${worst((one) => one.doneAt) - START} s, ` +
        `asleep ${worst((one) => slept(one) - one.doneAt)} s later, ${worst((one) => one.changes.length)} changes`,
    );
  });
}

for (const name of ['slot-of-100', 'slot-of-5000', 'outage', 'replay-of-a-year'] as const) {
  rendering(
    `at no moment of the recording ${name} would KEDA want more replicas than there are partitions${because}`,
    (t) => {
      const { samples } = recordingOf(name);
      const end = samples.at(-1)?.at ?? 0;
      for (const settings of rendered.values()) {
        const { topic } = settings.triggers[0].metadata;
        if (!samples.some(({ topics }) => topic in topics)) continue;
        for (const phases of PHASES) {
          const autoscaler = new Autoscaler(settings, 'counted', phases);
          const wanted = Array.from({ length: Math.ceil(end / 1000) + 900 }, (_, at) =>
            autoscaler.tick(at, () => viewAt(samples, topic, at * 1000)),
          );
          t.true(Math.max(...wanted) <= Math.min(PARTITIONS, settings.maxReplicaCount));
          t.is(wanted.at(-1), 0);
        }
        for (const { topics } of samples) {
          t.true((topics[topic]?.end.length ?? 0) % PARTITIONS === 0);
        }
      }
    },
  );
}
