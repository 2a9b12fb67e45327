import { readFileSync } from 'node:fs';
import type { Reading, WeatherRecord } from '@weatherline/events';
import test from 'ava';
import { transform } from '../src/transform.ts';
import { context, eventOf } from './support.ts';

const recorded = (name: string): string =>
  readFileSync(new URL(`../../../packages/testkit/data/open-meteo/${name}.json`, import.meta.url), 'utf8');

async function recordOf(body: string, collectedAt: string): Promise<WeatherRecord> {
  const location = { id: 'place', name: 'The place', lat: 55.75, lon: 37.62 };
  const reading: Reading = { location, collectedAt, units: 'metric', body };
  const { records } = await transform.handle(eventOf([reading], { provider: 'open-meteo' }), context);
  const [record] = records;
  if (record === undefined) throw new Error('expected a record');
  return record;
}

test('01 Moscow: local time without an offset becomes UTC, km/h become m/s', async (t) => {
  const record = await recordOf(recorded('open-meteo-01-moscow-current'), '2025-12-25T03:50:00Z');
  t.like(record, {
    observed_at: '2025-12-25T03:45:00Z',
    temp: -4.1,
    wind_speed: 2.11,
    wind_gust: 5.69,
    wind_deg: 275,
    utc_offset: 10_800,
  });
  t.like(record, {
    provider: 'open-meteo',
    source: 'open-meteo_current',
    kind: 'analysis',
    pressure: null,
    station_pressure: 1006,
  });
  t.is(record.license.spdx, 'CC-BY-4.0');
});

test("02 Denver: metres a second stay, the pressure is the station's", async (t) => {
  const record = await recordOf(recorded('open-meteo-02-denver-ms'), '2026-09-25T23:05:00Z');
  t.like(record, { wind_speed: 3.74, station_pressure: 837.6, observed_at: '2026-09-25T23:00:00Z' });
  t.is(typeof record.derived.air_density, 'number');
});

test('03 Florence: a shower without water is a condition; a quarter of an hour of rain is no amount of an hour', async (t) => {
  const record = await recordOf(recorded('open-meteo-03-florence-shower-code-but-dry'), '2026-08-21T11:20:00Z');
  t.like(record, { rain_1h: null, snow_1h: null, weather: 'rain showers' });
  t.deepEqual(record.conditions, [{ code: 80, group: 'Rain', text: 'rain showers' }]);
});

test('an unknown unit is refused by name: it would still look like weather', async (t) => {
  const body = recorded('open-meteo-01-moscow-current').replace('"temperature_2m": "°C"', '"temperature_2m": "K"');
  const error = await t.throwsAsync(recordOf(body, '2025-12-25T03:50:00Z'));
  t.regex(error?.message ?? '', /UNKNOWN_UNIT/);
});

test('Fahrenheit and knots are converted', async (t) => {
  const body = recorded('open-meteo-01-moscow-current')
    .replace('"temperature_2m": "°C"', '"temperature_2m": "°F"')
    .replace('"temperature_2m": -4.1', '"temperature_2m": 50')
    .replaceAll('km/h', 'kn');
  t.like(await recordOf(body, '2025-12-25T03:50:00Z'), { temp: 10, wind_speed: 3.91 });
});
