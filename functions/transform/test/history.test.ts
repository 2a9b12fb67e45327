import { existsSync, readFileSync } from 'node:fs';
import { HISTORY_PROVIDERS } from '@weatherline/adapters/providers/history';
import type { Reading, ReadingsFetched, WeatherRecord } from '@weatherline/events';
import { bodyText } from '@weatherline/testkit/upstream';
import test from 'ava';
import { eventOf, onlyRecord, testData } from './support.ts';

/** Long after every slot in this file: a backfill collects late. */
const COLLECTED = '2026-11-23T06:01:00Z';
const LONDON = bodyText('onecall3-02-timemachine-london.json');
const PARIS = bodyText('onecall3-03-timemachine-paris-history.json');
/** Written after https://open-meteo.com/en/docs/historical-weather-api: no recorded answer was at hand. */
const ARCHIVE = JSON.stringify(testData<object>('open-meteo-archive.json'));

type Past = {
  readonly provider: ReadingsFetched['provider'];
  readonly slot: string;
  readonly place?: [number, number];
};

const onecall = (slot: string, place: [number, number]): Past => ({ provider: 'openweather-onecall', slot, place });
const archive = (slot: string): Past => ({ provider: 'open-meteo-archive', slot });

function eventOfPast(body: string, past: Past, change: Partial<Reading> = {}): ReadingsFetched {
  const { provider, slot, place: [lat, lon] = [52.52, 13.41] } = past;
  const location = { id: 'place', name: 'The place', lat, lon };
  const reading: Reading = { location, collectedAt: COLLECTED, units: 'metric', body, ...change };
  const run = { id: slot.replaceAll(/[-:]/g, ''), slot, reason: 'backfill' as const };
  return eventOf([reading], { run, provider });
}

const recordOf = async (...args: Parameters<typeof eventOfPast>): Promise<WeatherRecord> =>
  onlyRecord(eventOfPast(...args));

const inLondon = onecall('2023-03-16T14:26:26Z', [51.5073, -0.1276]);
const inParis = onecall('2023-03-21T00:00:00Z', [48.8589, 2.32]);

/** Changes one value of the answer about London. */
function london(change: Readonly<Record<string, unknown>>): string {
  const body = JSON.parse(LONDON);
  return JSON.stringify({ ...body, data: [{ ...body.data[0], ...change }] });
}

test('an instant of One Call becomes a record of its own provider, as analysis, with the names that lie flat', async (t) => {
  const record = await recordOf(LONDON, inLondon, { units: 'standard' });
  t.like(record, {
    provider: 'openweather-onecall',
    source: 'openweather-onecall',
    kind: 'analysis',
    observed_at: '2023-03-16T14:26:26Z',
    collected_at: COLLECTED,
    temp: 13.66,
    feels_like: 12.91,
    humidity: 70,
    pressure: 1002,
    station_pressure: null,
    wind_speed: 6.17,
    wind_deg: 190,
    wind_gust: null,
    cloud_cover: 100,
    visibility: 10_000,
    rain_1h: null,
    utc_offset: 0,
    weather: 'overcast clouds',
    license: {
      spdx: 'ODbL-1.0',
      attribution: 'Weather data provided by OpenWeather',
      url: 'https://openweathermap.org/',
    },
  });
  t.deepEqual(record.qc.failed, []);
  // The provider's own dew point, 281.45 K, is not taken over; ours agrees with it.
  t.true(Math.abs((record.derived.dew_point ?? 0) - 8.3) <= 0.1);
});

test('an hour of the night in Paris passes every test, with gust, offset and the sun of its day', async (t) => {
  const record = await recordOf(PARIS, inParis, { units: 'standard' });
  t.like(record, { temp: 12.98, wind_gust: 1.5, utc_offset: 3600, sunrise: 1_679_377_947, observed_at: inParis.slot });
  t.deepEqual(record.qc.failed, []);
});

test('the units of One Call are those of the event, for the body does not say', async (t) => {
  const imperial = london({ temp: 56.59, feels_like: 55.24, wind_speed: 13.8, rain: { '1h': 0.4 } });
  t.like(await recordOf(imperial, inLondon, { units: 'imperial' }), {
    temp: 13.66,
    feels_like: 12.91,
    wind_speed: 6.17,
    rain_1h: 0.4,
    pressure: 1002,
  });
  t.like(await recordOf(london({ temp: 13.66, snow: { '1h': 0.2 } }), inLondon), { temp: 13.66, snow_1h: 0.2 });
  const mistaken = await recordOf(LONDON, inLondon);
  t.is(mistaken.qc.fields['temp'], 4, 'kelvin read as Celsius are published and flagged');
});

test('what is no answer about one instant is refused by name', async (t) => {
  const bodies = [
    bodyText('onecall3-01-current-texarkana.json'),
    bodyText('onecall3-05-current-imperial-no-gust.json'),
    bodyText('current-06-london-clouds-gust.json'),
    JSON.stringify({ ...JSON.parse(LONDON), data: [] }),
    london({ temp: null }),
    london({ dt: 1e18 }),
  ];
  for (const body of bodies) {
    const error = await t.throwsAsync(recordOf(body, inLondon), { code: 'NO_USABLE_READING' }, body.slice(0, 80));
    t.regex(error?.message ?? '', /INVALID_BODY/);
  }
});

test('the archive gives the hour of the slot, in the units that it names', async (t) => {
  const record = await recordOf(ARCHIVE, archive('2024-02-10T06:00:00Z'));
  t.like(record, {
    provider: 'open-meteo',
    source: 'open-meteo_archive',
    kind: 'analysis',
    observed_at: '2024-02-10T06:00:00Z',
    temp: 6.6,
    feels_like: 3.8,
    humidity: 94,
    pressure: 1001.6,
    station_pressure: 996.8,
    wind_speed: 2.06,
    wind_deg: 126,
    wind_gust: 5.2,
    cloud_cover: 100,
    rain_1h: 0.2,
    snow_1h: null,
    visibility: null,
    utc_offset: null,
    sunrise: null,
    weather: 'rain',
    license: { spdx: 'CC-BY-4.0', attribution: 'Weather data by Open-Meteo.com', url: 'https://open-meteo.com/' },
  });
  t.deepEqual(record.qc.failed, []);
});

test('a slot off the hour has the hour that has begun, and says so; another day is refused', async (t) => {
  t.is((await recordOf(ARCHIVE, archive('2024-02-10T06:59:59Z'))).observed_at, '2024-02-10T06:00:00Z');
  t.is((await recordOf(ARCHIVE, archive('2024-02-10T23:30:00Z'))).observed_at, '2024-02-10T23:00:00Z');
  for (const slot of ['2024-02-09T23:59:59Z', '2024-02-11T00:00:00Z']) {
    const error = await t.throwsAsync(recordOf(ARCHIVE, archive(slot)), { code: 'NO_USABLE_READING' });
    t.regex(error?.message ?? '', /INVALID_BODY/);
  }
});

test('local times without an offset and other known units are read as what they are', async (t) => {
  const body = JSON.parse(ARCHIVE);
  const local = (unix: number): string => new Date((unix + 3600) * 1000).toISOString().slice(0, 16);
  const shown = JSON.stringify({
    ...body,
    utc_offset_seconds: 3600,
    hourly_units: { ...body.hourly_units, time: 'iso8601', temperature_2m: '°F', wind_speed_10m: 'km/h', rain: 'inch' },
    hourly: { ...body.hourly, time: body.hourly.time.map(local) },
  });
  t.like(await recordOf(shown, archive('2024-02-10T06:00:00Z')), {
    observed_at: '2024-02-10T06:00:00Z',
    temp: -14.11,
    wind_speed: 0.57,
    rain_1h: 5.08,
  });
});

test('an unknown unit of any value is refused: it would still look like weather', async (t) => {
  const body = JSON.parse(ARCHIVE);
  for (const name of Object.keys(body.hourly_units)) {
    if (['time', 'weather_code', 'is_day'].includes(name)) continue;
    for (const unit of ['K', undefined]) {
      const changed = JSON.stringify({ ...body, hourly_units: { ...body.hourly_units, [name]: unit } });
      const error = await t.throwsAsync(recordOf(changed, archive('2024-02-10T06:00:00Z')), undefined, name);
      t.regex(error?.message ?? '', /UNKNOWN_UNIT/, name);
    }
  }
});

test('an hour without a temperature is no record: the archive did not have it yet', async (t) => {
  const body = JSON.parse(ARCHIVE);
  const column: (number | null)[] = body.hourly.temperature_2m.with(6, null);
  const changed = JSON.stringify({ ...body, hourly: { ...body.hourly, temperature_2m: column } });
  await t.throwsAsync(recordOf(changed, archive('2024-02-10T06:00:00Z')), { code: 'NO_USABLE_READING' });
  t.is((await recordOf(changed, archive('2024-02-10T07:00:00Z'))).observed_at, '2024-02-10T07:00:00Z');
});

test('what is collected years after its slot is neither stale nor of the future; the same hour twice is', async (t) => {
  const past = archive('2024-02-10T12:00:00Z');
  const event = eventOfPast(ARCHIVE, past);
  const before = (slot: string) => ({ ...event, previous: { slot, readings: event.readings } });
  const six = await onlyRecord(before('2024-02-10T06:00:00Z'));
  t.deepEqual([six.qc.failed, six.qc.not_evaluated], [[], ['spatial']]);
  const same = await onlyRecord({
    ...before('2024-02-10T12:00:00Z'),
    run: { ...event.run, slot: '2024-02-10T12:10:00Z' },
  });
  t.deepEqual(
    same.qc.failed.map((failure) => failure.test),
    ['temporal.stale_dt'],
  );
});

test('what an archive says of an instant has another id than what was said at the time', async (t) => {
  const fromArchive = await recordOf(ARCHIVE, archive('2024-02-10T06:00:00Z'));
  const { hourly, hourly_units: units } = JSON.parse(ARCHIVE);
  const current = Object.fromEntries(Object.entries<unknown[]>(hourly).map(([name, values]) => [name, values[6]]));
  const live = { provider: 'open-meteo', slot: '2024-02-10T06:00:00Z' } as const;
  const said = await recordOf(JSON.stringify({ current, current_units: units }), live);
  t.is(said.observed_at, fromArchive.observed_at);
  t.is(said.temp, fromArchive.temp);
  t.not(said.id, fromArchive.id);
});

test('what records say of their origin is what the table of providers says', async (t) => {
  const records = [await recordOf(LONDON, inLondon), await recordOf(ARCHIVE, archive('2024-02-10T06:00:00Z'))];
  t.deepEqual(
    records.map(({ license }) => license.attribution),
    [HISTORY_PROVIDERS['openweather-onecall'].attribution, HISTORY_PROVIDERS['open-meteo-archive'].attribution],
  );
});

test('the records of the past stay as they are, to the byte', async (t) => {
  const records = {
    london: await recordOf(LONDON, inLondon, { units: 'standard' }),
    paris: await recordOf(PARIS, inParis, { units: 'standard' }),
    archive: await recordOf(ARCHIVE, archive('2024-02-10T06:00:00Z')),
  };
  t.deepEqual(JSON.parse(JSON.stringify(records)), testData('history-records.json'));
});

const RETIRED = new URL('../../../../shared/data/openweather/onecall25-04-history-retired.json', import.meta.url);
const isThere = existsSync(RETIRED);
const withShared = isThere ? test : test.skip;

withShared(
  `the retired answer of One Call 2.5 is refused${isThere ? '' : ' (skipped: ../shared is not there)'}`,
  async (t) => {
    const body = readFileSync(RETIRED, 'utf8');
    await t.throwsAsync(recordOf(body, inLondon), { code: 'NO_USABLE_READING' });
  },
);
