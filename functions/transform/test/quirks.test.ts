import { existsSync, readFileSync } from 'node:fs';
import type { WeatherRecord } from '@weatherline/events';
import { bodyText } from '@weatherline/testkit/upstream';
import test from 'ava';
import { transform } from '../src/transform.ts';
import { context, eventOf, onlyRecord, readingOf, recordOfFile, recordedReading } from './support.ts';

const failedTests = ({ qc }: WeatherRecord): string[] => qc.failed.map((failure) => failure.test);

test('01 Zocca: kelvin become Celsius, both pressures are kept apart', async (t) => {
  const record = await recordOfFile('current-01-zocca-rain-gust-standard');
  t.like(record, { temp: 25.33, pressure: 1015, station_pressure: 933, rain_1h: 3.16, wind_gust: 1.18 });
  t.is(record.qc.fields['station_pressure'], 1);
});

test('02 Turin: a gust below the mean wind flags both and drops neither', async (t) => {
  const record = await recordOfFile('current-02-turin-rain-gust-below-speed');
  t.like(record, { wind_speed: 4.09, wind_gust: 3.47, kind: 'analysis' });
  t.deepEqual(failedTests(record), ['internal.gust_ge_speed']);
  t.is(record.qc.overall, 3);
});

test('03 Berlin: snow has its water equivalent, what was not sent is null and flagged as missing', async (t) => {
  const record = await recordOfFile('current-03-berlin-snow-1h-night');
  t.is(typeof record.snow_1h, 'number');
  t.like(record, { rain_1h: null, station_pressure: null, wind_gust: null });
  t.is(record.qc.fields['rain_1h'], 9);
});

for (const [title, file] of [
  ['04 Helsinki: snow without a volume', 'current-04-helsinki-snow-without-volume'],
  ['07 London: a heavy shower without a volume', 'current-07-london-heavy-shower-no-rain-field'],
] as const) {
  test(`${title} is null, never 0`, async (t) => {
    const record = await recordOfFile(file);
    t.like(record, { rain_1h: null, snow_1h: null });
    t.is(record.qc.fields['rain_1h'], 9);
  });
}

test('05 Munich: a float humidity and two conditions, no feels-like and no offset', async (t) => {
  const record = await recordOfFile('current-05-munich-two-conditions-float-humidity', { units: 'metric' });
  t.like(record, { temp: 1.49, feels_like: null, utc_offset: null });
  t.is(record.conditions.length, 2);
  t.is(record.weather, record.conditions[0]?.text ?? null);
});

test('06 London: an ordinary answer passes everything', async (t) => {
  const record = await recordOfFile('current-06-london-clouds-gust');
  t.deepEqual(failedTests(record), []);
  t.is(record.qc.overall, 1);
});

test('08 Donvale: north is 360, in the southern spring', async (t) => {
  const record = await recordOfFile('current-08-donvale-au-deg360-dry-night');
  t.like(record, { wind_deg: 360, humidity: 14, utc_offset: 39_600 });
  t.is(record.derived.wind_sector, 'N');
  t.false(record.derived.is_day);
});

test('09 Stockholm: the units come from the event, for the body does not say', async (t) => {
  const metric = await recordOfFile('current-09-stockholm-night-metric', { units: 'metric' });
  t.is(metric.temp, 15.65);
  t.is(metric.derived.apparent_temp, 11.58, 'what OpenWeather called feels-like in 2020');
  const mistaken = await recordOfFile('current-09-stockholm-night-metric', { units: 'standard' });
  t.is(mistaken.qc.fields['temp'], 4, 'read as kelvin it is impossible, published and flagged');
  t.is(mistaken.derived.dew_point, null);
});

test('10 New York: a visibility beyond the cap of later years, and three conditions', async (t) => {
  const record = await recordOfFile('current-10-new-york-thunderstorm-visibility-16093');
  t.like(record, { visibility: 16_093, visibility_capped: true });
  t.is(record.conditions.length, 3);
});

test('11 Bucharest: a thunderstorm with rain', async (t) => {
  const record = await recordOfFile('current-11-bucharest-thunderstorm-rain-metric', { units: 'metric' });
  t.is(typeof record.rain_1h, 'number');
  t.is(record.conditions[0]?.group, 'Thunderstorm');
});

test('13 Moscow: light wind without a direction; a localised name is no key', async (t) => {
  const record = await recordOfFile('current-13-moscow-wind-without-deg-ru-metric', { units: 'metric' });
  t.like(record, {
    wind_deg: null,
    location_id: 'place',
    location_name: 'The place',
    weather: 'переменная облачность',
  });
  t.is(record.qc.fields['wind_deg'], 9);
  t.is(record.derived.wind_sector, null);
});

test('14 Hamburg: fog that one can see through is suspect', async (t) => {
  const record = await recordOfFile('current-14-hamburg-fog-de-no-deg', { units: 'metric' });
  t.true(failedTests(record).includes('internal.fog'));
  t.is(record.qc.fields['visibility'], 3);
});

test('16 Campo Grande and 22 Havana: the tropics in whole degrees', async (t) => {
  t.is((await recordOfFile('current-16-campo-grande-br-metric', { units: 'metric' })).temp, 23);
  t.is((await recordOfFile('current-22-havana-thunderstorm-metric', { units: 'metric' })).temp, 26);
});

test('17 Indian Ocean: no city, no country, no visibility, float pressure and direction', async (t) => {
  const record = await recordOfFile('current-17-indian-ocean-no-visibility-no-city');
  t.like(record, { country: null, visibility: null, visibility_capped: false, location_name: 'The place' });
  t.is(Number.isInteger(record.wind_deg), true, 'degrees are whole');
  t.is(record.qc.fields['visibility'], 9);
});

test('20 West Pacific: warm and humid at night has a heat index', async (t) => {
  const record = await recordOfFile('current-20-west-pacific-night');
  t.is(record.derived.heat_index, 31.51, 'what OpenWeather calls feels-like since 2021');
  t.false(record.derived.is_day);
});

test('21 Arctic: polar night has no sunrise, and no daylight', async (t) => {
  const record = await recordOfFile('current-21-arctic-polar-night-sunrise-zero');
  t.like(record, { sunrise: null, sunset: null });
  t.is(record.derived.daylight_s, 0);
  t.false(record.derived.is_day);
  t.is(record.derived.wind_chill, -43.34);
});

test('23 San Francisco: Fahrenheit and miles an hour, but metres and hPa', async (t) => {
  const record = await recordOfFile('current-23-san-francisco-imperial', { units: 'imperial' });
  t.is(record.temp, 15.09);
  t.true((record.pressure ?? 0) > 900);
  t.true((record.wind_speed ?? 99) < 15);
});

type Body = Record<'main' | 'wind' | 'clouds', object> & { weather: object[] };

const altered = (change: (body: Body) => void, units: 'metric' | 'standard' = 'standard') => {
  const body = JSON.parse(bodyText('current-06-london-clouds-gust.json'));
  change(body);
  return readingOf(JSON.stringify(body), { units });
};

test('calm has no direction, north is 360, null rain is null', async (t) => {
  const calm = await onlyRecord(eventOf([altered((body) => Object.assign(body.wind, { speed: 0, deg: 90, gust: 0 }))]));
  t.like(calm, { wind_speed: 0, wind_deg: null });
  const north = await onlyRecord(eventOf([altered((body) => Object.assign(body.wind, { speed: 3, deg: 0 }))]));
  t.is(north.wind_deg, 360);
  const rain = await onlyRecord(eventOf([altered((body) => Object.assign(body, { rain: null, snow: null }))]));
  t.like(rain, { rain_1h: null, snow_1h: null });
});

test('pressures that disagree, snow in the warm, day at night and a clear sky full of clouds are suspect', async (t) => {
  const cases: readonly (readonly [string, (body: Body) => void])[] = [
    ['internal.pressure_sea_level', (body) => Object.assign(body.main, { pressure: 961, sea_level: 1015 })],
    ['internal.snow_temperature', (body) => Object.assign(body.weather[0] ?? {}, { id: 600 })],
    ['internal.light', (body) => Object.assign(body.weather[0] ?? {}, { icon: '04n' })],
    [
      'internal.clear_sky',
      (body) => Object.assign(body.weather[0] ?? {}, { id: 800 }) && Object.assign(body.clouds, { all: 90 }),
    ],
    ['internal.temp_spread', (body) => Object.assign(body.main, { temp_min: 300, temp_max: 301 })],
    ['internal.dry_rain', (body) => Object.assign(body, { rain: { '1h': 2 } })],
  ];
  for (const [name, change] of cases) {
    const record = await onlyRecord(eventOf([altered(change)]));
    t.true(failedTests(record).includes(name), `${name}: ${failedTests(record).join(', ')}`);
  }
});

test('an answer older than the slot by 2 h is suspect, by 6 h wrong; one repeated is flagged and published', async (t) => {
  const reading = recordedReading('current-06-london-clouds-gust.json');
  const observed = JSON.parse(reading.body).dt;
  const at = async (hours: number) => {
    const slot = new Date((observed + hours * 3600) * 1000).toISOString().replace('.000Z', 'Z');
    const run = { id: slot.replaceAll(/[-:]/g, ''), slot, reason: 'schedule' as const };
    return onlyRecord(eventOf([{ ...reading, collectedAt: slot }], { run }));
  };
  t.is((await at(1)).qc.overall, 1);
  t.is((await at(3)).qc.overall, 3);
  const old = await at(7);
  t.is(old.qc.overall, 4);
  t.is(old.temp, 23.36, 'published all the same');
  const previous = { slot: '2021-06-10T06:00:00Z', readings: [reading] };
  const stale = await onlyRecord(eventOf([reading], { previous }));
  t.deepEqual(failedTests(stale), ['temporal.stale_dt']);
  t.is(stale.qc.overall, 3);
});

test('a body that is no answer is listed and costs no other; without any record the part is a dead letter', async (t) => {
  const good = recordedReading('current-06-london-clouds-gust.json');
  const bad = (id: string, body: string) => ({ ...good, body, location: { ...good.location, id } });
  const broken = [
    bad('cut', good.body.slice(0, 100)),
    bad('list', bodyText('bbox-02-ohio-null-rain-capital-Lat.json')),
    bad('array', '[]'),
    bad('when', JSON.stringify({ ...JSON.parse(good.body), dt: 1e18 })),
  ];
  const { records, failures } = await transform.handle(eventOf([good, ...broken]), context);
  t.is(records.length, 1);
  t.deepEqual(
    failures.map(({ location, code }) => `${location} ${code}`),
    ['array INVALID_BODY', 'cut UNPARSEABLE_BODY', 'list INVALID_BODY', 'when INVALID_BODY'],
  );
  await t.throwsAsync(async () => transform.handle(eventOf(broken.slice(0, 1)), context), {
    code: 'NO_USABLE_READING',
  });
});

// ---------------------------------------------------------------------------- data that stays outside the repository

const SHARED = new URL('../../../../shared/data/', import.meta.url);
const isShared = existsSync(SHARED);
const withShared = isShared ? test : test.skip;
const reason = isShared ? '' : ' (skipped: ../shared is not there)';

const shared = (name: string): string => readFileSync(new URL(name, SHARED), 'utf8');

withShared(`25 London 2013 reads, 26 without a weather id is refused by name${reason}`, async (t) => {
  const old = await onlyRecord(
    eventOf([readingOf(shared('openweather/current-25-london-2013-gdps-stations.json'), { units: 'standard' })]),
  );
  t.like(old, { temp: 15.29, visibility: null, utc_offset: null });
  const malformed = readingOf(shared('openweather/current-26-malformed-weather-entry.json'), { units: 'standard' });
  const error = await t.throwsAsync(async () => transform.handle(eventOf([malformed]), context));
  t.regex(error?.message ?? '', /INVALID_BODY/);
});

withShared(`legacy lists are refused, whatever their cod${reason}`, async (t) => {
  for (const file of ['bbox-01-libya-cod-string', 'find-01-no-results', 'history-city-01-london-2013']) {
    const reading = {
      ...recordedReading('current-06-london-clouds-gust.json'),
      body: shared(`openweather/${file}.json`),
    };
    await t.throwsAsync(async () => transform.handle(eventOf([reading]), context), { code: 'NO_USABLE_READING' }, file);
  }
});
