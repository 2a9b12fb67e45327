import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedBroker } from '@weatherline/adapters/embedded';
import { parseSchedule } from '@weatherline/events/schedule';
import { HaltError, TOPICS, type LoggedMessage } from '@weatherline/runtime';
import { createMemoryStore } from '@weatherline/testkit';
import test, { type ExecutionContext } from 'ava';
import { openDataDirectory, ownDirectory } from '../src/data-directory.ts';
import { runChecks, type Checked } from '../src/doctor/check.ts';
import { checkGroups } from '../src/doctor/log.ts';
import { directoryWork } from '../src/doctor/work-checks.ts';
import { checkDeadLetters, checkReplays, checkSlots } from '../src/doctor/work.ts';
import { NO_COUNTS } from '../src/replay/progress.ts';

const NOW = new Date('2026-11-23T06:10:00Z');
const { signal } = new AbortController();
const json = { ifNoneMatch: '*', contentType: 'application/json' } as const;

async function slotsWith(keys: readonly string[], now = NOW): Promise<string[]> {
  const store = createMemoryStore();
  for (const key of keys) await store.put(key, Buffer.from('{}'), json);
  const { status, detail, fix } = await checkSlots({ store, schedule: parseSchedule('0 */6 * * *'), now });
  return [status, detail, ...(fix === null ? [] : [fix.split(';')[0] ?? '', fix])];
}

const plan = (day: number, hour: string): string => `weather-runs/2026/11/${day}/${hour}0000.json`;
const product = (day: number, hour: string): string => `weather-products/2026/11/${day}/${hour}0000.jsonl`;

test('slots of the last two days that nobody asked for are told with a backfill that holds them all', async (t) => {
  t.deepEqual(await slotsWith([]), ['skipped', 'no run was planned yet']);
  const since = [plan(22, '06'), plan(22, '12'), product(22, '18'), plan(23, '00')];
  t.deepEqual(await slotsWith(since), ['ok', '4 of the last 48 h, none is missing']);
  const [status, detail, fix] = await slotsWith([plan(20, '00'), plan(22, '00'), plan(23, '00')]);
  t.is(status, 'warn');
  t.regex(detail ?? '', /^5 of 7 of the last 48 h are missing: 20261122T180000Z, /);
  t.is(fix, 'weatherline backfill --from 20261121T120000Z --to 20261123T000000Z', 'its end is not included');
});

test('the slot of now is missing only after a while, and is asked for as ever', async (t) => {
  const planned = [plan(22, '18'), plan(23, '00')];
  t.is((await slotsWith(planned))[0], 'ok', 'its first 15 minutes');
  const late = new Date('2026-11-23T06:20:00Z');
  t.regex((await slotsWith(planned, late))[3] ?? '', /^weatherline trigger; does whoever/);
  const both = await slotsWith([plan(22, '18')], late);
  t.regex(both[3] ?? '', /^weatherline trigger; weatherline backfill --from 20261123T000000Z --to 20261123T060000Z; /);
  t.deepEqual(await slotsWith([plan(23, '06')]), ['ok', 'no slot was due in the last 48 h']);
});

const ORIGIN = { topic: 'weatherline.run.requested', partition: 0, group: 'weatherline.fetch' };

function letter(offset: number, code: string): LoggedMessage {
  const id = `${ORIGIN.topic}/0/${offset}`;
  const failure = { class: 'X', code, message: 'm', stage: 'fetch', attempts: 1, at: '2026-11-23T06:00:00Z' };
  const original = { key: 'k', headers: {}, value: null, bytes: 0 };
  const value = Buffer.from(JSON.stringify({ id, data: { original, origin: { ...ORIGIN, offset }, failure } }));
  return { topic: `${ORIGIN.topic}.dlq`, partition: 0, offset, timestamp: 0, key: id, headers: {}, value };
}

test('dead letters are counted by their code; topics that are not there are not asked', async (t) => {
  const asked: string[] = [];
  const judge = async (messages: readonly LoggedMessage[]): Promise<string> => {
    const log = {
      async *read(topic: string) {
        asked.push(topic);
        if (topic === `${ORIGIN.topic}.dlq`) yield* messages;
      },
    };
    const absent = new Set(['weatherline.readings.fetched.dlq']);
    const { status, detail } = await checkDeadLetters({ log, absent, signal });
    return `${status}: ${detail}`;
  };
  t.is(await judge([]), 'ok: none waits');
  t.is(asked.length, 7);
  t.is(await judge([letter(1, 'A')]), 'warn: 1 waits: 1 A of fetch');
  const tombstone = { ...letter(1, 'A'), value: null };
  t.is(await judge([letter(1, 'A'), tombstone]), 'ok: none waits');
  const foreign = { ...letter(9, 'A'), value: Buffer.from('hello') };
  t.is(
    await judge([letter(1, 'A'), letter(2, 'B\u001B[2J'), letter(3, 'B\u001B[2J'), foreign]),
    'warn: 3 wait: 2 B\\u001b[2J of fetch, 1 A of fetch; left out: 1 that weatherline has not written',
  );
});

function progressOf(id: string, change: object): object {
  const at = '2026-11-22T06:00:00.000Z';
  const numbers = { epoch: 1, begins: [0], settled: 0, total: 1, records: 0, counts: NO_COUNTS, active_ms: 0 };
  const times = { started_at: at, updated_at: at };
  const rest = { schema: 'weatherline.replay-progress/1', replay: id, holder: null, asked: null, state: 'running' };
  return { ...rest, ...numbers, ...times, ...change };
}

test('replays whose holder is gone, and those that were paused a day ago, are told with how to go on', async (t) => {
  const store = createMemoryStore();
  t.is((await checkReplays(store, NOW)).detail, 'there are none');
  const add = async (id: string, progress: object | undefined): Promise<void> => {
    await store.put(`replays/${id}/plan.json`, Buffer.from('{}'), json);
    const body = Buffer.from(JSON.stringify(progress ?? {}));
    if (progress !== undefined) await store.put(`replays/${id}/progress.json`, body, json);
  };
  const until = (minutes: number): string => new Date(NOW.getTime() + minutes * 60_000).toISOString();
  const held = { who: 'me', host: 'elsewhere', pid: 1, nonce: 'n', since: until(-9), until: until(1) };
  await add('000000000001', undefined);
  await add('000000000002', progressOf('000000000002', { holder: held }));
  await add('000000000003', progressOf('000000000003', { state: 'done' }));
  await add('000000000004', progressOf('000000000004', { state: 'paused', updated_at: until(-60) }));
  t.is((await checkReplays(store, NOW)).detail, '4, none is left behind');
  await add('000000000005', progressOf('000000000005', { holder: { ...held, until: until(-1) } }));
  await add('000000000006', progressOf('000000000006', { state: 'paused' }));
  await add('000000000007', { schema: 'weatherline.replay-progress/9' });
  const { status, detail, fix } = await checkReplays(store, NOW);
  t.is(status, 'warn');
  t.deepEqual(detail.split('\n'), [
    '000000000005 is stalled: its holder is gone',
    '000000000006 has been paused for over a day',
    '000000000007 has a progress that this weatherline cannot read',
  ]);
  t.regex(fix ?? '', /^weatherline replay resume 000000000005; weatherline replay resume 000000000006; /);
  store.failWith(new HaltError('STORE_ACCESS_DENIED', 'no'));
  await t.throwsAsync(checkReplays(store, NOW), { code: 'STORE_ACCESS_DENIED' });
});

test('what has waited for longer than any handling is told with its age', async (t) => {
  const judge = async (minutes: number): Promise<Record<string, string | null>> => {
    const timestamp = NOW.getTime() - minutes * 60_000;
    const message = { ...letter(3, 'A'), topic: ORIGIN.topic, timestamp };
    const log = {
      lag: async (group: string) => [{ partition: 0, committed: 3, end: 5, lag: group === ORIGIN.group ? 2 : 0 }],
      async *read() {
        yield message;
        t.fail('the oldest of each partition is enough');
      },
    };
    const { detail, fix } = await checkGroups({ log, absent: new Set(), now: NOW });
    return { detail, fix };
  };
  t.is((await judge(0))['detail'], 'weatherline.fetch: 2 events wait');
  t.regex((await judge(9))['fix'] ?? '', /^look again in a minute/);
  const long = await judge(25);
  t.is(long['detail'], 'weatherline.fetch: 2 events wait, the oldest for 25 min');
  t.regex(long['fix'] ?? '', /^weatherline lag --watch/);
  t.regex((await judge(300))['detail'] ?? '', /for 5 h$/);
});

function temporary(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'weatherline-doctor-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function look(data: string): Promise<(name: string) => Checked | undefined> {
  await using resources = new AsyncDisposableStack();
  const checks = directoryWork({ data, env: {}, now: () => NOW, resources });
  const checked = await runChecks(checks.map(({ name, run }) => ({ name, run })));
  return (name) => checked.find((one) => one.name === name);
}

test('in a data directory what waits is told with whether anybody is there to handle it', async (t) => {
  const root = temporary(t);
  const directory = openDataDirectory(root);
  await using broker = await openEmbeddedBroker({ directory: directory.log });
  await broker.ensureTopics(TOPICS);
  const before = await look(root);
  t.is(before('consumer-groups')?.detail, '6 groups, nothing waits');
  t.is(before('dead-letters')?.detail, 'none waits');
  t.is(before('replays')?.detail, 'there are none');
  t.is(before('missing-slots')?.status, 'skipped');
  await broker.publish(ORIGIN.topic, [{ key: 'k', value: Buffer.from('{}'), headers: {} }]);
  const alone = (await look(root))('consumer-groups');
  t.is(alone?.detail, 'weatherline.fetch: 1 event waits\nnobody handles them: no weatherline is at work here');
  t.is(alone?.fix, 'weatherline up');
  using _ = ownDirectory(directory);
  t.is((await look(root))('consumer-groups')?.detail, 'weatherline.fetch: 1 event waits');
});
