import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { productKey, productMetaKey, slotId } from '@weatherline/events';
import { recordedSeriesPlaces, startRecordedUpstream } from '@weatherline/testkit/upstream';
import test, { type ExecutionContext } from 'ava';
import * as v from 'valibot';
import { BackfillAssessed, ReplayShown } from '../../cli/src/results/replay.ts';
import { makeDirectory, productsOf } from '../support/archive.ts';
import { openStore } from '../support/products.ts';
import { temporaryDirectory, weatherline, type Finished } from '../support/process.ts';

const CANARY = 'CANARY0123456789abcdef0123456789';
const HOUR = 3_600_000;
const FROM = new Date('2025-03-01T00:00:00Z');
const PART = { index: 1, count: 1 };
const PLACES = recordedSeriesPlaces();
/** Two slots that are archived, and two that nobody has ever asked for. */
const RANGE = ['--from', '2025-03-01T00:00:00Z', '--to', '2025-03-02T00:00:00Z'];
const [LIVE = '', ARCHIVED = '', LOST = '', LOST_TOO = ''] = [0, 6, 12, 18].map((hour) =>
  slotId(new Date(FROM.getTime() + hour * HOUR)),
);

async function installation(t: ExecutionContext, url: string) {
  const data = join(temporaryDirectory(t), 'data');
  await makeDirectory(data, { from: FROM, slots: 2, locations: PLACES });
  const env = {
    OPENWEATHER_API_KEY: CANARY,
    WEATHERLINE_OPENWEATHER_URL: url,
    WEATHERLINE_CALLS_PER_MINUTE: '6000',
    WEATHERLINE_LOCATIONS: JSON.stringify(PLACES),
  };
  const shell = async (args: readonly string[], more: Record<string, string> = {}): Promise<Finished> => {
    const finished = await weatherline([...args, '--data', data], { env: { ...env, ...more } });
    t.false(`${finished.stdout}${finished.stderr}`.includes(CANARY));
    return finished;
  };
  const made = await shell(['backfill', ...RANGE, '--yes']);
  t.is(made.code, 7, made.stderr);
  await rm(join(data, 'objects', productKey(ARCHIVED, PART)));
  await rm(join(data, 'objects', productMetaKey(ARCHIVED, PART)));
  return { data, shell, store: openStore(data) };
}

const HISTORY = { WEATHERLINE_HISTORY: 'openweather-onecall' };

function assessed({ stdout, stderr }: Finished): v.InferOutput<typeof BackfillAssessed> {
  if (stdout === '') throw new Error(stderr);
  return v.parse(BackfillAssessed, JSON.parse(stdout));
}

test('what is archived is replayed, the rest is asked of who knows the past, and what is there stays', async (t) => {
  t.timeout(120_000);
  await using upstream = await startRecordedUpstream();
  const { shell, store } = await installation(t, upstream.url);
  const before = await productsOf(store);
  t.deepEqual([...before.keys()], [productKey(LIVE, PART), productMetaKey(LIVE, PART)].toSorted());

  const dry = await shell(['backfill', ...RANGE, '--dry-run', '--json'], HISTORY);
  t.is(dry.code, 0, dry.stderr);
  t.like(assessed(dry), {
    slots: 4,
    missing: 3,
    parts: { archived: 1, asked: 2 },
    provider: 'openweather-onecall',
    cost: { calls: 2 * PLACES.length, free_calls_a_day: 1000, at_once: null },
    gaps: [],
  });
  const unasked = await shell(['backfill', ...RANGE], HISTORY);
  t.is(unasked.code, 2);
  t.regex(unasked.stderr, new RegExp(`${2 * PLACES.length} calls, free.*\\n.*add --yes`, 's'));
  t.is(upstream.requests.length, 0, 'nobody was asked yet');

  const done = await shell(['backfill', ...RANGE, '--yes', '--json'], HISTORY);
  t.is(done.code, 0, done.stderr);
  t.like(v.parse(ReplayShown, JSON.parse(done.stdout)), { kind: 'backfill', state: 'done', settled: 3, mode: 'fill' });
  t.is(upstream.requests.length, 2 * PLACES.length, 'as many calls as were announced');
  const after = await productsOf(store);
  for (const [key, digest] of before) t.is(after.get(key), digest, `${key} is as it was`);
  for (const [slot, kind] of [
    [ARCHIVED, 'reconstruction'],
    [LOST, 'analysis'],
    [LOST_TOO, 'analysis'],
  ] as const) {
    const product = await store.get(productKey(slot, PART));
    const lines = Buffer.from(product?.body ?? [])
      .toString('utf8')
      .trim()
      .split('\n');
    t.is(lines.length, PLACES.length);
    for (const line of lines)
      t.like(JSON.parse(line), { kind, slot: new Date(slotTime(slot)).toISOString().replace('.000', '') });
  }
  t.like(assessed(await shell(['backfill', ...RANGE, '--dry-run', '--json'], HISTORY)), { missing: 0 });
});

function slotTime(id: string): number {
  return Date.parse(id.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

test('what cannot be had is a gap with its reason, and nobody is asked', async (t) => {
  t.timeout(120_000);
  await using upstream = await startRecordedUpstream();
  const { shell } = await installation(t, upstream.url);
  const gaps = await shell(['backfill', ...RANGE, '--yes']);
  t.is(gaps.code, 7, 'a part was made, two slots are gaps');
  t.regex(gaps.stderr, /archived {3}1 parts/);
  t.regex(gaps.stderr, new RegExp(`gap +${LOST} +nobody that knows the past is configured: WEATHERLINE_HISTORY`));
  const early = ['--from', '1970-01-01T00:00:00Z', '--to', '1970-01-01T12:00:00Z'];
  const outOfReach = await shell(['backfill', ...early, '--yes'], HISTORY);
  t.is(outOfReach.code, 7);
  t.regex(outOfReach.stdout, /gap +19700101T000000Z +openweather-onecall covers 1979-01-01T00:00:00Z to /);
  const open = await shell(['backfill', '--from', '1h', '--every', '1h', '--dry-run'], HISTORY);
  t.regex(open.stdout, /the slot has not ended: weatherline trigger --slot \d{8}T\d{6}Z( --off-schedule)? asks for it/);
  t.is(upstream.requests.length, 0);
});

test('a key without the subscription ends the parts as dead letters, which the backfill lists', async (t) => {
  t.timeout(120_000);
  await using upstream = await startRecordedUpstream({ script: [{ fault: 'subscription' }] });
  const { shell } = await installation(t, upstream.url);
  const refused = await shell(['backfill', ...RANGE, '--yes', '--json'], HISTORY);
  t.is(refused.code, 7, refused.stderr);
  const { findings, counts } = v.parse(ReplayShown, JSON.parse(refused.stdout));
  t.like(counts, { created: 1, failed: 2 });
  t.deepEqual(
    findings.map(({ run, code }) => [run, code]),
    [
      [LOST, 'SUBSCRIPTION'],
      [LOST_TOO, 'SUBSCRIPTION'],
    ],
  );
});

test('a location that the provider does not know makes its parts incomplete, and the backfill says so', async (t) => {
  t.timeout(120_000);
  const [unknown] = PLACES;
  if (unknown === undefined) return t.fail('no places');
  await using upstream = await startRecordedUpstream({ script: [{ fault: 'not-found', location: unknown.id }] });
  const { shell } = await installation(t, upstream.url);
  const partial = await shell(['backfill', ...RANGE, '--yes', '--json'], HISTORY);
  t.is(partial.code, 7, partial.stderr);
  const { findings, counts, records } = v.parse(ReplayShown, JSON.parse(partial.stdout));
  t.like(counts, { created: 1, incomplete: 2, failed: 0 });
  t.is(records, PLACES.length + 2 * (PLACES.length - 1), 'what there is counts');
  const [first] = findings;
  t.like(first, { run: LOST, outcome: 'incomplete' });
  t.regex(first?.detail ?? '', new RegExp(`without 1 of its locations: weatherline runs show ${LOST}`));
});
