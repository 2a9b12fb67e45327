import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { productKey, productMetaKey, slotId } from '@weatherline/events';
import type { ObjectReader } from '@weatherline/runtime';
import { recordedSeriesPlaces } from '@weatherline/testkit/upstream';
import test, { type ExecutionContext } from 'ava';
import { makeDirectory, productsOf } from '../support/archive.ts';
import { openStore } from '../support/products.ts';
import { startUp, startWeatherline, temporaryDirectory, weatherline } from '../support/process.ts';
import { ended, planned, statusOf, type Shell } from '../support/replays.ts';

const FROM = new Date('2025-03-01T00:00:00Z');
const SLOTS = 12;
const RANGE = ['--from', '2025-03-01T00:00:00Z', '--to', '2025-03-04T00:00:00Z'];
const PART = { index: 1, count: 1 };
const CHANGED = { NODE_OPTIONS: `--import=${new URL('../support/changed-formula.ts', import.meta.url).href}` };
const slots = Array.from({ length: SLOTS }, (_, at) => slotId(new Date(FROM.getTime() + at * 6 * 3_600_000)));

function shellIn(data: string, env: Readonly<Record<string, string>> = {}): Shell {
  return async (args) => weatherline([...args, '--data', data], { env });
}

async function archived(t: ExecutionContext): Promise<string> {
  const data = join(temporaryDirectory(t), 'data');
  await makeDirectory(data, { from: FROM, slots: SLOTS, locations: recordedSeriesPlaces() });
  return data;
}

async function filled(t: ExecutionContext): Promise<string> {
  const data = await archived(t);
  const { hash } = await planned(shellIn(data), RANGE);
  t.is((await ended(shellIn(data), ['run', '--plan', hash])).code, 0);
  return data;
}

/** The slots whose product has a record in moist air: those that the changed formula concerns. */
async function moist(store: ObjectReader): Promise<string[]> {
  const found: string[] = [];
  for (const slot of slots) {
    const product = await store.get(productKey(slot, PART));
    const lines = Buffer.from(product?.body ?? [])
      .toString('utf8')
      .trim()
      .split('\n');
    if (lines.some((line) => JSON.parse(line).humidity > 80)) found.push(slot);
  }
  return found;
}

async function revisions(store: ObjectReader): Promise<Map<string, string | undefined>> {
  const heads = slots.map(async (slot) => (await store.head(productKey(slot, PART)))?.metadata['revision']);
  return new Map((await Promise.all(heads)).map((revision, at) => [slots[at] ?? '', revision]));
}

test('a changed transform: fill touches nothing, replace rewrites exactly the products that it concerns', async (t) => {
  t.timeout(120_000);
  const data = await filled(t);
  const store = openStore(data);
  const [before, concerned] = [await productsOf(store), await moist(store)];
  t.true(concerned.length > 0 && concerned.length < SLOTS, `${concerned.length} of ${SLOTS} slots`);
  const later = shellIn(data, CHANGED);

  const fill = await planned(later, [...RANGE, '--mode', 'fill', '--only', 'all']);
  t.is(fill.existing, SLOTS);
  const kept = await ended(later, ['run', '--plan', fill.hash]);
  t.is(kept.code, 0, kept.stderr);
  t.like(kept.shown.counts, { kept: concerned.length, unchanged: SLOTS - concerned.length, created: 0, replaced: 0 });
  t.deepEqual(await productsOf(store), before, 'not a byte has changed');

  const replace = await planned(later, [...RANGE, '--mode', 'replace', '--reason', 'a new dew point']);
  const replaced = await ended(later, ['run', '--plan', replace.hash]);
  t.is(replaced.code, 0, replaced.stderr);
  t.like(replaced.shown.counts, { replaced: concerned.length, unchanged: SLOTS - concerned.length });
  const expected = slots.map((slot): [string, string] => [slot, concerned.includes(slot) ? '1' : '0']);
  t.deepEqual(await revisions(store), new Map(expected));
  const after = await productsOf(store);
  const changed = [...after].filter(([key, digest]) => before.get(key) !== digest).map(([key]) => key);
  const keys = concerned.flatMap((slot) => [productKey(slot, PART), productMetaKey(slot, PART)]);
  t.deepEqual(changed.toSorted(), keys.toSorted());
  await isServed(t, data, concerned[0] ?? '');
});

async function isServed(t: ExecutionContext, data: string, slot: string): Promise<void> {
  const url = await startUp(t, data).ready;
  const product = await (await fetch(`${url}/v1/products/${slot}`)).json();
  t.like(product, { id: slot, revision: 1 });
  const stored = await openStore(data).get(productKey(slot, PART));
  const content = await fetch(`${url}/v1/products/${slot}/content`);
  t.is(await content.text(), Buffer.from(stored?.body ?? []).toString('utf8'));
}

test('what has changed since the plan was made is kept and listed, and what is missing is made', async (t) => {
  t.timeout(120_000);
  const data = await filled(t);
  const store = openStore(data);
  const [now, later] = [shellIn(data), shellIn(data, CHANGED)];
  const concerned = await moist(store);
  const [one, other] = [
    await planned(later, [...RANGE, '--mode', 'replace']),
    await planned(later, [...RANGE, '--mode', 'replace', '--reason', 'another']),
  ];
  t.is((await ended(later, ['run', '--plan', one.hash])).code, 0);
  const bytes = await productsOf(store);
  // Replaced back: the plan of the other knows neither of these products.
  const late = await ended(now, ['run', '--plan', other.hash]);
  t.is(late.code, 6, late.stderr);
  t.is(late.shown.counts.conflict, concerned.length);
  t.deepEqual(
    late.shown.findings.map(({ run, outcome }) => [run, outcome]),
    concerned.map((slot) => [slot, 'conflict']),
  );
  t.deepEqual(await productsOf(store), bytes, 'nothing was overwritten');

  const [gone = ''] = slots;
  await rm(join(data, 'objects', productKey(gone, PART)));
  await rm(join(data, 'objects', productMetaKey(gone, PART)));
  const fill = await planned(now, RANGE);
  t.like(fill, { totals: { parts: 1 }, first_run: gone, existing: 0 });
  t.like((await ended(now, ['run', '--plan', fill.hash])).shown.counts, { created: 1 });
  const again = await now(['replay', 'run', '--plan', fill.hash]);
  t.is(again.code, 6);
  t.regex(again.stderr, /is done/);
  const nothing = await now(['replay', 'plan', ...RANGE]);
  t.is(nothing.code, 3);
  t.regex(nothing.stderr, /no product is missing/);
});

test('two operators begin the same plan: one runs it, the other is told who has it', async (t) => {
  t.timeout(120_000);
  const data = await archived(t);
  const shell = shellIn(data);
  const { hash, replay } = await planned(shell, RANGE);
  const run = (): ReturnType<Shell> => shell(['replay', 'run', '--plan', hash, '--rate', '8/s', '--json']);
  const both = await Promise.all([run(), run()]);
  const codes = both.map(({ code }) => code).toSorted((a, b) => (a ?? 0) - (b ?? 0));
  t.deepEqual(codes, [0, 6], both.map(({ stderr }) => stderr).join('\n'));
  const told = both.find(({ code }) => code === 6)?.stderr ?? '';
  t.regex(told, new RegExp(`replay ${replay} is held by \\S+@\\S+, process \\d+, since \\d{4}-`));
  t.like(await statusOf(shell, replay), { state: 'done', settled: SLOTS, epoch: 1 });
});

test('a replay is paused, resumed, and aborted, while another process owns the directory and while none does', async (t) => {
  t.timeout(180_000);
  const data = await archived(t);
  const shell = shellIn(data);
  for (const owned of [false, true]) {
    const owner = owned ? startUp(t, data) : undefined;
    await owner?.ready;
    await rm(join(data, 'objects', 'weather-products', '2025'), { recursive: true, force: true });
    const { hash, replay } = await planned(shell, RANGE);
    const running = startWeatherline(t, ['replay', 'run', '--plan', hash, '--rate', '24/m', '--data', data]);
    await untilSettled(shell, replay, 1);
    const paused = await ended(shell, ['pause', replay]);
    t.is(paused.shown.state, 'paused');
    t.is(await running.closed, 7);
    const refused = await shell(['replay', 'run', '--plan', hash]);
    t.is(refused.code, 6);
    t.regex(refused.stderr, /is paused: weatherline replay resume/);
    const resumed = startWeatherline(t, ['replay', 'resume', replay, '--rate', '24/m', '--data', data]);
    await untilSettled(shell, replay, paused.shown.settled + 1);
    t.is((await ended(shell, ['abort', replay])).shown.state, 'aborted');
    t.is(await resumed.closed, 1);
    const left = await statusOf(shell, replay);
    t.true(left.settled < SLOTS, 'what had not begun was not begun');
    t.like(left, { state: 'aborted', holder: null });
    t.is((await shell(['replay', 'resume', replay])).code, 6);
    const trail = Buffer.from((await openStore(data).get(`replays/${replay}/audit.jsonl`))?.body ?? []).toString(
      'utf8',
    );
    const events = trail
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    t.deepEqual([...new Set(events)], ['planned', 'started', 'paused', 'resumed', 'aborted']);
    owner?.child.kill('SIGTERM');
    await owner?.closed;
  }
});

async function untilSettled(shell: Shell, replay: string, settled: number): Promise<void> {
  while ((await statusOf(shell, replay)).settled < settled) await delay(100);
}

test('what selects nothing, or asks about the past, is refused with the reason', async (t) => {
  const data = await archived(t);
  const shell = shellIn(data);
  for (const [args, code, reason] of [
    [[], 2, /nothing is selected: say --from/],
    [['--from', '2025-03-02T00:00:00Z', '--to', '2025-03-01T00:00:00Z'], 2, /expected --to after --from/],
    [['--from', '2024-03-01T00:00:00Z', '--to', '2024-03-02T00:00:00Z'], 3, /nothing to replay/],
    [['--runs', '20250301T030000Z', '--mode', 'replace'], 3, /1 runs have no readings in the archive/],
    [[...RANGE, '--location', 'atlantis'], 3, /with atlantis/],
    [[...RANGE, '--stage', 'fetch'], 2, /never asks a provider about the past.*backfill/],
  ] as const) {
    const { code: found, stderr } = await shell(['replay', 'plan', ...args]);
    t.is(found, code, stderr);
    t.regex(stderr, reason);
  }
  t.is((await shell(['replay', 'run', '--plan', 'ffffffffffff'])).code, 3);
  t.is((await shell(['replay', 'run', '--plan', 'nonsense'])).code, 2);
});
