import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { productKey, readingsKey, RunRequested, type WeatherRecord } from '@weatherline/events';
import { encodeStructured, envelopeOf } from '@weatherline/runtime';
import { recordedPlaces, startRecordedUpstream } from '@weatherline/testkit/upstream';
import test, { type ExecutionContext } from 'ava';
import { openDataDirectory } from '../../cli/src/data-directory.ts';
import { openStorage } from '../../cli/src/system.ts';
import { temporaryDirectory, weatherline, type Finished } from '../support/process.ts';

const CANARY = 'CANARY0123456789abcdef0123456789';
const PLACES = recordedPlaces().filter(({ id }) => ['seattle', 'turin'].includes(id));
const RUN = '20140210T060000Z';
const PART = { index: 1, count: 1 };

type Change = Partial<ReturnType<typeof RunRequested.parse>>;

/** A slot that ended years ago, asked for as a backfill asks. */
function backfill(change: Change = {}): string {
  const data = {
    run: { id: RUN, slot: '2014-02-10T06:00:00Z', reason: 'backfill' as const },
    part: PART,
    locations: PLACES,
    previousSlot: '2014-02-10T00:00:00Z',
    expiresAt: '2014-02-10T12:00:00Z',
    replay: { id: 'fill-2014', mode: 'fill' as const },
    ...change,
  };
  return encodeStructured(envelopeOf(RunRequested, data));
}

/** An installation that has an empty log. */
async function inDirectory(t: ExecutionContext, url: string) {
  const directory = temporaryDirectory(t);
  const data = join(directory, 'data');
  const opened = openDataDirectory(data);
  const object = (key: string): string => join(opened.objects, key);
  await using resources = new AsyncDisposableStack();
  await openStorage(opened, resources);
  const base = {
    OPENWEATHER_API_KEY: CANARY,
    WEATHERLINE_OPENWEATHER_URL: url,
    WEATHERLINE_OPEN_METEO_ARCHIVE_URL: url,
    WEATHERLINE_LOG_LEVEL: 'debug',
  };
  return {
    object,
    send: async (history: string, event = backfill(), more: Record<string, string> = {}): Promise<Finished> => {
      const file = join(directory, 'event.json');
      writeFileSync(file, event);
      const env = { ...base, WEATHERLINE_HISTORY: history, ...more };
      return weatherline(['events', 'send', file, '--lane', 'replay', '--data', data], { env });
    },
    records: (): WeatherRecord[] =>
      readFileSync(object(productKey(RUN, PART)), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    texts: (): string[] => textsBelow(data),
  };
}

for (const { history, provider, source, path } of [
  {
    history: 'openweather-onecall',
    provider: 'openweather-onecall',
    source: 'openweather-onecall',
    path: '/data/3.0/onecall/timemachine',
  },
  { history: 'open-meteo-archive', provider: 'open-meteo', source: 'open-meteo_archive', path: '/v1/archive' },
]) {
  test(`a slot of years ago becomes an analysis of ${history}, once, and the key shows nowhere`, async (t) => {
    await using upstream = await startRecordedUpstream();
    const { send, records, texts } = await inDirectory(t, upstream.url);
    const sent = await send(history);
    t.is(sent.code, 0, sent.stderr);
    const made = records();
    t.deepEqual(
      made.map(({ location_id: id, kind, slot, observed_at: observed, ...record }) => [
        [id, kind, slot, observed],
        [record.provider, record.source],
      ]),
      ['seattle', 'turin'].map((id) => [
        [id, 'analysis', '2014-02-10T06:00:00Z', '2014-02-10T06:00:00Z'],
        [provider, source],
      ]),
    );
    for (const { qc } of made) t.false(qc.failed.some((failure) => failure.test.startsWith('temporal.')));
    t.deepEqual(
      upstream.requests.map((request) => request.path),
      [path, path],
    );
    const again = await send(history);
    t.is(again.code, 0, again.stderr);
    t.deepEqual(records(), made);
    t.is(upstream.requests.length, 2, 'nobody is asked twice about the past');
    t.true(sent.stderr.length > 0, 'there are logs to look at');
    for (const text of [sent, again].flatMap(({ stdout, stderr }) => [stdout, stderr])) t.false(text.includes(CANARY));
    for (const text of texts()) t.false(text.includes(CANARY));
  });
}

test('a backfill that fills never changes a product that is there, though its readings are lost', async (t) => {
  await using upstream = await startRecordedUpstream();
  const { send, records, object } = await inDirectory(t, upstream.url);
  const first = await send('none', backfill({ replay: undefined }), { WEATHERLINE_PROVIDER: 'recorded' });
  t.is(first.code, 0, first.stderr);
  const before = readFileSync(object(productKey(RUN, PART)));
  t.true(records().every(({ kind }) => kind === 'reconstruction'));
  rmSync(object(readingsKey(RUN, PART)));
  const filled = await send('openweather-onecall');
  t.is(filled.code, 0, filled.stderr);
  t.is(upstream.requests.length, 2, 'the past was asked');
  t.deepEqual(readFileSync(object(productKey(RUN, PART))), before);
});

test('without a provider of the past a slot that has ended is a dead letter, and one out of reach says what is covered', async (t) => {
  await using upstream = await startRecordedUpstream();
  const { send, object, texts } = await inDirectory(t, upstream.url);
  await send('none');
  const early = { id: '19700101T060000Z', slot: '1970-01-01T06:00:00Z', reason: 'backfill' as const };
  await send('openweather-onecall', backfill({ run: early, expiresAt: '1970-01-01T12:00:00Z' }));
  t.false(existsSync(object(productKey(RUN, PART))));
  t.is(upstream.requests.length, 0);
  const log = texts().join('\n');
  t.regex(log, /SLOT_EXPIRED/);
  t.regex(log, /openweather-onecall covers 1979-01-01T00:00:00Z to/);
});

test('a key without the subscription sets the part aside and asks no further', async (t) => {
  await using upstream = await startRecordedUpstream({ script: [{ fault: 'subscription' }] });
  const { send, object, texts } = await inDirectory(t, upstream.url);
  await send('openweather-onecall');
  t.false(existsSync(object(productKey(RUN, PART))));
  t.regex(texts().join('\n'), /SUBSCRIPTION/);
  for (const text of texts()) t.false(text.includes(CANARY));
});

/** Everything that a directory holds, unpacked. */
function textsBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      return (entry.name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
    });
}
