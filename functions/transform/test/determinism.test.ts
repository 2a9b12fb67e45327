import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WeatherRecord } from '@weatherline/events';
import { recordedPlaces, createRecordedUpstream } from '@weatherline/testkit/upstream';
import test from 'ava';
import fc from 'fast-check';
import * as v from 'valibot';
import { transform } from '../src/transform.ts';
import { context, eventOf, iso, recordedReading } from './support.ts';

const upstream = createRecordedUpstream();
const dt = Date.parse('2026-03-29T06:00:00Z') / 1000;

/** A part of every recorded place. */
function event() {
  const readings = recordedPlaces().map((location) => {
    const query = { lat: String(location.lat), lon: String(location.lon), units: 'metric', appid: 'x', dt: String(dt) };
    const { body, headers } = upstream.answer(new URLSearchParams(query));
    const reconstruction = headers['x-weatherline-reconstruction'];
    return {
      location,
      collectedAt: iso(dt + 30),
      units: 'metric' as const,
      body,
      ...(reconstruction ? { reconstruction } : {}),
    };
  });
  return eventOf(readings, { provider: 'recorded' });
}

test('every record of every recorded place meets the schema', async (t) => {
  const { records, failures } = await transform.handle(event(), context);
  t.deepEqual(failures, []);
  t.is(records.length, recordedPlaces().length);
  for (const record of records) t.deepEqual(v.safeParse(WeatherRecord, record).issues, undefined, record.location_id);
});

test('two transforms of one event are byte-identical in any time zone', (t) => {
  const script = `
    const { transform } = await import(${JSON.stringify(new URL('../src/transform.ts', import.meta.url).href)});
    const context = { log: { debug() {}, info() {}, warn() {}, error() {} }, attempt: 1, signal: new AbortController().signal };
    process.stdout.write(JSON.stringify(await transform.handle(${JSON.stringify(event())}, context)));`;
  const outputs = ['UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Apia'].map((zone) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, TZ: zone, LANG: 'tr_TR.UTF-8' },
      encoding: 'utf8',
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    }),
  );
  t.true((outputs[0]?.length ?? 0) > 10_000);
  t.is(new Set(outputs).size, 1);
});

test('whatever a provider sends, a reading ends as a record or a listed failure, the same one twice', async (t) => {
  const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null), fc.integer());
  const body = fc.record(
    {
      coord: fc.record({ lat: number, lon: number }, { requiredKeys: [] }),
      weather: fc.array(fc.record({ id: number, main: fc.string(), icon: fc.string() }), { maxLength: 3 }),
      main: fc.record({ temp: number, humidity: number, pressure: number, sea_level: number }, { requiredKeys: [] }),
      wind: fc.record({ speed: number, deg: number, gust: number }, { requiredKeys: [] }),
      rain: fc.oneof(fc.constant(null), fc.record({ '1h': number })),
      dt: fc.oneof(number, fc.integer({ min: 0, max: 4_000_000_000 })),
    },
    { requiredKeys: ['dt'] },
  );
  const good = recordedReading('current-06-london-clouds-gust.json');
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        body.map((value) => JSON.stringify(value)),
        fc.json(),
        fc.string(),
      ),
      async (text) => {
        const odd = { ...good, body: text, location: { ...good.location, id: 'odd' } };
        const one = await transform.handle(eventOf([good, odd]), context);
        const two = await transform.handle(eventOf([good, odd]), context);
        if (JSON.stringify(one) !== JSON.stringify(two)) return false;
        for (const record of one.records) v.parse(WeatherRecord, record);
        return one.records.length + one.failures.length === 2;
      },
    ),
    { numRuns: 500 },
  );
  t.pass();
});
