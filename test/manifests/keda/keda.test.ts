import test from 'ava';
import { CHAIN_GROUPS } from '../../../cli/src/chain-groups.ts';
import { PARTITIONS, QUIET, START, untouched } from './scenarios.ts';
import { askScaler } from './scaler.ts';
import { because, DELETED, firstRise, outcomes, missing, rendered, settingsOf } from './support.ts';
import { simulate } from './world.ts';

const rendering = missing === undefined ? test : test.skip;

const LANES = { live: 'fetch', replay: 'fetch-replay' } as const;

rendering(`every function of the chain has its ScaledObject, for its group and topic${because}`, (t) => {
  const declared = [...rendered].map(([name, { scaleTargetRef, triggers }]) => {
    const { consumerGroup: group, topic } = triggers[0].metadata;
    return `${name} ${scaleTargetRef.name} ${group} ${topic}`;
  });
  const expected = CHAIN_GROUPS.map((one) => {
    const name = one.lane === 'live' ? one.function : `${one.function}-replay`;
    return `${name} ${name} ${one.group} ${one.topic}`;
  });
  t.deepEqual(declared.toSorted(), expected.toSorted());
  for (const [name, { maxReplicaCount, triggers }] of rendered) {
    t.true(maxReplicaCount <= PARTITIONS, name);
    // KEDA looks from its own namespace.
    t.regex(triggers[0].metadata.bootstrapServers, /^weatherline-kafka-bootstrap\.weatherline\.svc:9093$/);
  }
});

rendering(`the first event after sleep wakes a function that has never committed${because}`, (t) => {
  for (const lane of ['live', 'replay'] as const) {
    const settings = settingsOf(LANES[lane]);
    const arrivals = [{ at: START, partition: 7, count: 1 }];
    for (const outcome of outcomes(settings, { arrivals })) {
      t.true(firstRise(outcome) - START <= settings.pollingInterval, lane);
      t.is(outcome.handled, 1);
      t.is(outcome.lag, 0);
      t.is(outcome.replicas, 0);
      t.is(outcome.changes.length, 2, 'up once, down once');
    }
  }
});

rendering(`with latest instead of earliest an untouched group would never sleep${because}`, (t) => {
  const settings = structuredClone(settingsOf('fetch'));
  settings.triggers[0].metadata.offsetResetPolicy = 'latest';
  const views = untouched();
  t.true(askScaler(views, settings, 'left out').isActive);
  t.false(askScaler(views, settingsOf('fetch'), 'counted').isActive);
});

rendering(`with an activation above 0 the last events would wait for others${because}`, (t) => {
  const settings = structuredClone(settingsOf('fetch'));
  settings.triggers[0].metadata.activationLagThreshold = 1;
  const arrivals = [{ at: START, partition: 0, count: 1 }];
  t.is(simulate(settings, { ...QUIET, arrivals }).handled, 0);
  t.is(simulate(settingsOf('fetch'), { ...QUIET, arrivals }).handled, 1);
});

rendering(
  `a group whose position was forgotten after retention deleted its events wakes once and sleeps again${because}`,
  (t) => {
    const partitions = untouched().map(() => ({ committed: undefined, start: 500, end: 500 }));
    const settings = settingsOf('fetch-replay');
    const [before, since] = DELETED.map((deleted) => simulate(settings, { ...QUIET, partitions, deleted }));
    // Before 2.21 KEDA wakes it for nothing; it commits where the log begins, and so it sleeps.
    t.is(before?.most, settings.maxReplicaCount);
    t.is(before?.replicas, 0);
    t.deepEqual(since?.changes, []);
    const arrivals = [{ at: START, partition: 3, count: 1 }];
    for (const outcome of outcomes(settings, { partitions, arrivals })) {
      t.is(outcome.lag, 0);
      t.is(outcome.replicas, 0);
    }
  },
);
