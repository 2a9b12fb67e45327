import { readFileSync } from 'node:fs';
import { RecordsTransformed, type WeatherRecord } from '@weatherline/events';
import { sha256, type Context } from '@weatherline/runtime';
import { createMemoryStore } from '@weatherline/testkit';
import test from 'ava';
import { createUpload } from '../src/upload.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../../packages/events/test/golden/records.transformed.v1.json', import.meta.url), 'utf8'),
);
const event = RecordsTransformed.parse(golden.data);
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const context: Context = { log: silent, attempt: 1, signal: new AbortController().signal };
const KEY = 'weather-products/2024/09/18/120000.jsonl';
const META = 'weather-products/2024/09/18/120000.meta.json';

function setUp() {
  const store = createMemoryStore();
  const upload = createUpload({ store, version: '1.2.3' });
  const text = (key: string): string => Buffer.from(store.objects.get(key)?.body ?? []).toString('utf8');
  return { store, text, handle: async (data = event) => upload.handle(data, context) };
}

const replay = (mode: 'fill' | 'replace' | 'verify', ifMatch?: string) => ({
  id: 'r1',
  mode,
  ...(ifMatch === undefined ? {} : { ifMatch }),
});
const warmer = (record: WeatherRecord): WeatherRecord => ({ ...record, temp: 30 });
const changed = { ...event, records: event.records.map(warmer) };

test('a product is canonical lines sorted by place, with a line feed at every end, and says what it is', async (t) => {
  const { store, text, handle } = setUp();
  const two = event.records.flatMap((record) => [
    { ...record, location_id: 'z' },
    { ...record, location_id: 'a' },
  ]);
  const stored = await handle({ ...event, records: two });
  const lines = text(KEY).split('\n');
  t.is(lines.pop(), '');
  t.deepEqual(
    lines.map((line) => JSON.parse(line).location_id),
    ['a', 'z'],
  );
  t.deepEqual(Object.keys(JSON.parse(lines[0] ?? '')), Object.keys(JSON.parse(lines[0] ?? '')).toSorted());
  t.like(stored, { key: KEY, revision: 0, outcome: 'created', records: 2, sha256: sha256(text(KEY)) });
  const { contentType, metadata } = store.objects.get(KEY) ?? {};
  t.is(contentType, 'application/x-ndjson');
  t.like(metadata, {
    run: '20240918T120000Z',
    reason: 'schedule',
    revision: '0',
    records: '2',
    version: '1.2.3',
    sha256: stored.sha256,
  });
});

test('the sidecar has the stages and every failure', async (t) => {
  const { text, handle } = setUp();
  await handle();
  const meta = JSON.parse(text(META));
  t.deepEqual(meta.failures, event.failures);
  t.like(meta.stages.transform, { records: 1, failures: 1, qc_overall: { 3: 1 } });
});

test('the same event again changes nothing and emits the same', async (t) => {
  const { store, handle } = setUp();
  const first = await handle();
  const before = new Map(store.objects);
  const second = await handle();
  t.deepEqual({ ...second, outcome: 'created' }, first);
  t.is(second.outcome, 'unchanged');
  t.deepEqual(new Map(store.objects), before);
});

test('a replacement whose answer was lost is no conflict with itself', async (t) => {
  const { store, handle } = setUp();
  await handle();
  const losing = {
    ...store,
    put: async (...args: Parameters<typeof store.put>) => {
      const result = await store.put(...args);
      // The first answer is lost, and the client asks again.
      return 'ifMatch' in args[2] ? store.put(...args) : result;
    },
  };
  const upload = createUpload({ store: losing, version: '1.2.3' });
  const stored = await upload.handle({ ...changed, replay: replay('replace') }, context);
  t.like(stored, { outcome: 'replaced', revision: 1 });
  t.is(store.objects.get(META)?.metadata['revision'], '1');
});

test('a sidecar that a crash left out is written when the event comes again', async (t) => {
  const { store, text, handle } = setUp();
  await handle();
  const whole = text(META);
  (store.objects as Map<string, unknown>).delete(META);
  await handle();
  t.is(text(META), whole);
});

test('other bytes under the same name are a conflict, unless a replay says what to do', async (t) => {
  const { store, text, handle } = setUp();
  await handle();
  const original = text(KEY);
  await t.throwsAsync(handle(changed), { code: 'PRODUCT_CONFLICT' });
  t.is(text(KEY), original);

  t.like(await handle({ ...changed, replay: replay('fill') }), { outcome: 'kept', revision: 0 });
  t.is(text(KEY), original);

  const verified = await handle({ ...changed, replay: replay('verify') });
  t.like(verified, { outcome: 'verified', key: `replays/r1/out/${KEY}` });
  t.is(text(KEY), original);

  t.like(await handle({ ...changed, replay: replay('replace', 'stale') }), { outcome: 'kept', revision: 0 });
  t.is(text(KEY), original);
  const planned = { ...changed, replay: replay('replace', store.objects.get(KEY)?.etag) };
  t.like(await handle(planned), { outcome: 'replaced', revision: 1 });
  t.not(text(KEY), original);
  t.is(store.objects.get(KEY)?.metadata['revision'], '1');
  t.is(store.objects.get(META)?.metadata['revision'], '1');
  t.like(await handle(planned), { outcome: 'replaced', revision: 1 }, 'what it did, however often it comes');
  const other = { ...replay('replace'), id: 'r2' };
  t.like(await handle({ ...changed, replay: other }), { outcome: 'unchanged', revision: 1 });
});

test('what a replay did to a product is what it says of it when its event comes again, also after another replay', async (t) => {
  const { store, handle } = setUp();
  const by = (id: string, mode: 'fill' | 'replace' | 'verify', ifMatch?: string) => ({ ...replay(mode, ifMatch), id });
  const filled = { ...event, replay: by('one', 'fill') };
  t.is((await handle(filled)).outcome, 'created');
  t.is((await handle(filled)).outcome, 'created');
  t.is((await handle({ ...event, replay: by('two', 'fill') })).outcome, 'unchanged');
  t.is((await handle(event)).outcome, 'unchanged');

  const replaced = { ...changed, replay: by('three', 'replace', store.objects.get(KEY)?.etag) };
  t.like(await handle(replaced), { outcome: 'replaced', revision: 1 });
  t.like(await handle(replaced), { outcome: 'replaced', revision: 1 });
  t.is((await handle({ ...changed, replay: by('four', 'replace', 'of-the-plan') })).outcome, 'unchanged');

  const writes = store.writes.length;
  t.is((await handle({ ...event, replay: by('five', 'replace', 'of-the-plan') })).outcome, 'kept');
  t.is((await handle(filled)).outcome, 'kept');
  t.is(store.writes.length, writes, 'nothing is written that was not planned, not even a sidecar');

  const verified = { ...event, replay: by('six', 'verify') };
  t.like(await handle(verified), { outcome: 'verified', key: `replays/six/out/${KEY}` });
  t.is((await handle(verified)).outcome, 'verified');
  t.is(store.writes.length, writes + 1);
});
