import { productKey, productMetaKey, readingsKey, slotId } from '@weatherline/events';
import { gunzip, gzip, type LoggedMessage, type StoredObject } from '@weatherline/runtime';
import { checkInvariants, type Evidence } from '@weatherline/testkit/invariants';
import test from 'ava';
import { FIRST, SECOND } from './chain.ts';
import { calmScenario } from './scenario.ts';
import { simulate } from './simulate.ts';

const part = { index: 1, count: 2 };
const PRODUCT = productKey(slotId(FIRST), part);
const META = productMetaKey(slotId(FIRST), part);
const MEMO = readingsKey(slotId(FIRST), part);

/** A run in which nothing went wrong but that one location has no weather and one event is poison. */
async function cleanRun(): Promise<Evidence> {
  const scenario = { ...calmScenario(1), perPart: 2, missing: 'place-2', poison: true };
  const { evidence, violations } = await simulate(scenario);
  if (violations.length > 0) throw new Error(violations.join('; '));
  return evidence;
}

const clean = cleanRun();

/** The same evidence with some objects changed; undefined = it is not there. */
function withObjects(
  evidence: Evidence,
  change: (object: StoredObject | undefined, key: string) => StoredObject | undefined,
): Evidence {
  const { get, list } = evidence.store;
  return { ...evidence, store: { get: async (key) => change(await get(key), key), list } };
}

function edited(key: string, edit: (text: string) => string, metadata: Record<string, string> = {}) {
  return (object: StoredObject | undefined, at: string): StoredObject | undefined => {
    if (at !== key || object === undefined) return object;
    const isPacked = key.endsWith('.gz');
    const text = edit(Buffer.from(isPacked ? gunzip(object.body, 2 ** 20) : object.body).toString('utf8'));
    return {
      ...object,
      body: isPacked ? gzip(text) : Buffer.from(text),
      metadata: { ...object.metadata, ...metadata },
    };
  };
}

/** The same evidence with the messages of a topic changed; undefined = it was never written. */
function withLog(
  evidence: Evidence,
  topic: string,
  change: (message: LoggedMessage) => LoggedMessage | undefined,
): Evidence {
  const { log } = evidence;
  return {
    ...evidence,
    log: {
      lag: async (group, name) => log.lag(group, name),
      async *read(name, from) {
        for await (const message of log.read(name, from)) {
          const seen = name === topic ? change(message) : message;
          if (seen !== undefined) yield seen;
        }
      },
    },
  };
}

const without = (evidence: Evidence, topic: string): Evidence => withLog(evidence, topic, () => undefined);
const replaced =
  (from: string | RegExp, to: string) =>
  (message: LoggedMessage): LoggedMessage => ({
    ...message,
    value: Buffer.from(
      Buffer.from(message.value ?? [])
        .toString('utf8')
        .replace(from, to),
    ),
  });
const firstLine = (text: string): string => `${text.split('\n')[0]}\n`;
const write = (evidence: Evidence, key: string): { at: number; before: undefined; after: StoredObject } => {
  const found = evidence.writes?.find(({ after }) => after.key === key);
  if (found === undefined) throw new Error(`nothing was written to ${key}`);
  return { at: found.at, before: undefined, after: found.after };
};

/** Each row: what went wrong, the sentence that must say so, the evidence. */
const CASES: readonly (readonly [string, RegExp, (evidence: Evidence) => Evidence])[] = [
  [
    'a record is lost',
    /^no-loss: slot .* place-1 as a record/,
    (all) =>
      withObjects(
        all,
        edited(PRODUCT, () => ''),
      ),
  ],
  [
    'a failure is not listed',
    /^no-loss: .* place-2 as a record/,
    (all) =>
      withObjects(
        all,
        edited(META, (text) => text.replace('"failures":[{', '"failed":[{')),
      ),
  ],
  [
    'a location comes twice',
    /^unique: .* place-1 once, got 2/,
    (all) =>
      withObjects(
        all,
        edited(PRODUCT, (text) => firstLine(text).repeat(2)),
      ),
  ],
  [
    'an unplanned location',
    /^no-loss: .* planned locations only, got place-9/,
    (all) =>
      withObjects(
        all,
        edited(PRODUCT, (text) => text.replace('"location_id":"place-1"', '"location_id":"place-9"')),
      ),
  ],
  [
    'lines that are not canonical',
    /^bytes: .* canonical JSON/,
    (all) =>
      withObjects(
        all,
        edited(PRODUCT, (text) => text.replace('{', '{ ')),
      ),
  ],
  [
    'a record of another slot',
    /^bytes: .* records of 2026-11-23T06:00:00Z/,
    (all) =>
      withObjects(
        all,
        edited(PRODUCT, (text) => text.replace('"slot":"2026-11-23T06:00:00Z"', '"slot":"2026-11-23T06:10:00Z"')),
      ),
  ],
  [
    'bytes that are not what they say',
    /^bytes: weather-products/,
    (all) =>
      withObjects(
        all,
        edited(PRODUCT, (text) => text, { sha256: 'f00' }),
      ),
  ],
  ['a sidecar is missing', /^meta: /, (all) => withObjects(all, (object, key) => (key === META ? undefined : object))],
  [
    'a second revision without a replay',
    /^immutable: .* no revision without a replay/,
    (all) =>
      withObjects(
        all,
        edited(PRODUCT, (text) => text, { revision: '1' }),
      ),
  ],
  [
    'a part never ends',
    /^ends: .* product.stored or a dead letter, got neither/,
    (all) => without(all, 'weatherline.product.stored'),
  ],
  [
    'a part is never asked for',
    /^requested: /,
    (all) => without(without(all, 'weatherline.product.stored'), 'weatherline.run.requested'),
  ],
  [
    'a product that was announced is gone',
    /^ends: .* the object weather-products/,
    (all) => withObjects(all, (object, key) => (key === PRODUCT ? undefined : object)),
  ],
  [
    'an output event is missing',
    /^offsets: .* its output event or a dead letter, got none/,
    (all) => without(all, 'weatherline.records.transformed'),
  ],
  ['a dead letter is missing', /^offsets: .* dead letter/, (all) => without(all, 'weatherline.run.requested.dlq')],
  [
    'a stored object is missing',
    /^offsets: .* the stored object weather-readings/,
    (all) => withObjects(all, (object, key) => (key === MEMO ? undefined : object)),
  ],
  [
    'a request that is not the plan',
    /^plan: .* expected place-1,place-2, got place-7,place-2/,
    (all) => withLog(all, 'weatherline.run.requested', replaced('"id":"place-1"', '"id":"place-7"')),
  ],
  [
    'a second answer',
    /^memo: .* the stored reading of place-1, got another answer/,
    (all) => withLog(all, 'weatherline.readings.fetched', replaced(/"temp\\":[\d.]+/g, '"temp\\":1')),
  ],
  [
    'a past that was never stored',
    /^previous: .* got something else/,
    (all) =>
      withObjects(
        all,
        edited(readingsKey(slotId(SECOND), part), (text) => text.replace(/("previous":.*?"temp\\":)[\d.]+/, '$11')),
      ),
  ],
  [
    'dead letters with other bytes',
    /^dead-letter: .* the original bytes, got others/,
    (all) => withLog(all, 'weatherline.run.requested.dlq', replaced(/"value":"[^"]{4}/, '"value":"AAAA')),
  ],
  [
    'a dead letter under another name',
    /^dead-letter: .* the id weatherline/,
    (all) => withLog(all, 'weatherline.run.requested.dlq', replaced('"id":"weatherline.', '"id":"x.')),
  ],
  [
    'a dead letter that nothing explains',
    /^dead-letter: .* none of this code/,
    (all) => ({ ...all, mayBeSetAside: () => false }),
  ],
  [
    'a slot that was not to be',
    /^schedule: .* no run of this slot, got a plan/,
    (all) => ({ ...all, runs: [slotId(FIRST)] }),
  ],
  [
    'a slot that is not there',
    /^schedule: slot 20261123T062000Z: expected a run/,
    (all) => ({ ...all, runs: [slotId(FIRST), slotId(SECOND), '20261123T062000Z'] }),
  ],
  [
    'a slot opened too early',
    /^schedule: .* while it is current/,
    (all) =>
      withObjects(all, (object, key) =>
        key.startsWith('weather-runs/') && object !== undefined ? { ...object, lastModified: new Date(0) } : object,
      ),
  ],
  [
    'lag is left',
    /^lag: .* expected 0, got 5/,
    (all) => ({
      ...all,
      log: {
        read: (topic, from) => all.log.read(topic, from),
        lag: async () => [{ partition: 0, committed: 0, end: 5, lag: 5 }],
      },
    }),
  ],
  [
    'a position goes back',
    /^commits: .* at least 7, got 6/,
    (all) => ({ ...all, commits: [7, 6].map((offset) => ({ group: 'g', topic: 't', partition: 0, offset })) }),
  ],
  [
    'a change without a condition',
    /^immutable: .* a change by If-Match/,
    (all) => {
      const one = write(all, PRODUCT);
      return {
        ...all,
        writes: [{ ...one, before: { ...one.after, body: Buffer.from('x') }, condition: { ifNoneMatch: '*' } }],
      };
    },
  ],
  [
    'a change without a revision',
    /^immutable: .* revision 1, got 0/,
    (all) => {
      const one = write(all, PRODUCT);
      return {
        ...all,
        writes: [{ ...one, before: { ...one.after, body: Buffer.from('x') }, condition: { ifMatch: one.after.etag } }],
      };
    },
  ],
  [
    'a plan changes',
    /^immutable: .* the plan as it was/,
    (all) => {
      const one = write(all, 'weather-runs/2026/11/23/060000.json');
      return {
        ...all,
        writes: [{ ...one, before: { ...one.after, body: Buffer.from('x') }, condition: { ifMatch: one.after.etag } }],
      };
    },
  ],
  [
    'a memo loses a reading',
    /^immutable: .* every stored reading to stay/,
    (all) => {
      const one = write(all, MEMO);
      const bare = gzip(
        Buffer.from(gunzip(one.after.body, 2 ** 20))
          .toString('utf8')
          .replace('"units":"metric"', '"units":"standard"'),
      );
      return {
        ...all,
        writes: [{ ...one, before: { ...one.after, body: bare }, condition: { ifMatch: one.after.etag } }],
      };
    },
  ],
  ['latest goes back', /^latest: /, (all) => ({ ...all, latest: ['20261123T061000Z', '20261123T060000Z'] })],
  [
    'too many calls',
    /^budget: .* at most 3 calls, got 4/,
    (all) => ({
      ...all,
      upstream: { made: [0, 59_998, 59_999, 59_999].map((at) => ({ at })), callsPerMinute: 3, history: true },
    }),
  ],
  [
    'a key that does not rest',
    /^rest: .* no call for 60 s, got 1 calls/,
    (all) => ({
      ...all,
      upstream: {
        made: [{ at: 30_000 }],
        callsPerMinute: undefined,
        history: true,
        rests: [{ from: 0, until: 60_000 }],
      },
    }),
  ],
  [
    'a call for what is stored',
    /^calls: .* its reading is stored/,
    (all) => ({
      ...all,
      upstream: {
        made: [{ at: FIRST.getTime() + 400_000, location: 'place-1', runId: slotId(FIRST) }],
        callsPerMinute: undefined,
        history: true,
      },
    }),
  ],
  [
    'a call about a slot that is over',
    /^calls: .* after the slot's end/,
    (all) => ({
      ...all,
      upstream: {
        made: [{ at: FIRST.getTime() + 900_000, location: 'place-1', runId: slotId(FIRST) }],
        callsPerMinute: undefined,
        history: false,
      },
    }),
  ],
  ['a secret in a line', /^secret: line 1 of the log/, (all) => ({ ...all, canaries: ['hush'], lines: ['hush'] })],
  [
    'a secret in an object',
    /^secret: the object weather-products/,
    (all) => ({
      ...withObjects(
        all,
        edited(META, (text) => text.replace('{', '{"x":"hush",')),
      ),
      canaries: ['hush'],
    }),
  ],
  [
    'a secret in an event',
    /^secret: weatherline.readings.fetched/,
    (all) => ({ ...withLog(all, 'weatherline.readings.fetched', replaced('{', '{"x":"hush",')), canaries: ['hush'] }),
  ],
  [
    'other bytes than transform makes',
    /^determinism: /,
    (all) => ({ ...all, expectedProduct: async () => Buffer.from('other') }),
  ],
];

test('an undisturbed run violates nothing', async (t) => {
  t.deepEqual(await checkInvariants(await clean), []);
});

for (const [what, sentence, tamper] of CASES) {
  test(`the checker sees it: ${what}`, async (t) => {
    const found = await checkInvariants(tamper(await clean));
    t.true(
      found.some((violation) => sentence.test(violation)),
      found.join('\n') || 'no violation was reported',
    );
  });
}
