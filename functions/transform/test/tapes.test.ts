import { existsSync, readFileSync } from 'node:fs';
import type { Reading, WeatherRecord } from '@weatherline/events';
import test from 'ava';
import { eventOf, iso, onlyRecord } from './support.ts';

/** Real observations; their licences keep them outside the repository. */
const TAPES = new URL('../../../../shared/data/tapes/', import.meta.url);
const isThere = existsSync(TAPES);
const withTapes = isThere ? test : test.skip;
const reason = isThere ? '' : ' (skipped: ../shared is not there)';

type Row = Readonly<Record<string, string>>;

function tape(name: string): Row[] {
  const [head = '', ...lines] = readFileSync(new URL(name, TAPES), 'utf8').trim().split(/\r?\n/);
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [names[at] ?? '', cell])));
}

const KNOT = 0.514444;
const number = (row: Row, name: string): number => Number(row[name]);

/** An hour of the Irish tape as OpenWeather would have said it, in metric units. */
function irish(row: Row): Reading {
  const dt = Date.parse(row['time_utc'] ?? '') / 1000;
  const [lat, lon] = [number(row, 'lat'), number(row, 'lon')];
  const body = JSON.stringify({
    coord: { lat, lon },
    weather: [],
    main: { temp: number(row, 'temp_C'), humidity: number(row, 'rh_pct'), pressure: number(row, 'msl_hPa') },
    wind: { speed: number(row, 'wind_kt') * KNOT, deg: number(row, 'wind_deg') },
    rain: { '1h': number(row, 'rain_mm_1h') },
    dt,
  });
  const location = { id: 'station', name: row['station'] ?? '', lat, lon, elevation: number(row, 'elevation_m') };
  return { location, collectedAt: iso(dt + 60), units: 'metric', body };
}

async function atSlot(rows: readonly Row[], time: string, previousTime: string): Promise<WeatherRecord> {
  const at = (instant: string): Reading => {
    const row = rows.find((candidate) => candidate['time_utc'] === instant);
    if (row === undefined) throw new Error(`the tape has no ${instant}`);
    return irish(row);
  };
  const run = { id: time.replaceAll(/[-:]/g, ''), slot: time, reason: 'schedule' as const };
  return onlyRecord(eventOf([at(time)], { run, previous: { slot: previousTime, readings: [at(previousTime)] } }));
}

withTapes(
  `Storm Ophelia at Valentia: +26.6 hPa in six hours is doubted, and never called wrong${reason}`,
  async (t) => {
    const rows = tape('ophelia-2017-10.csv').filter((row) => row['station']?.startsWith('VALENTIA'));
    const rise = await atSlot(rows, '2017-10-16T18:00:00Z', '2017-10-16T12:00:00Z');
    t.is(rise.pressure, 1002.9);
    t.is(rise.qc.fields['pressure'], 3);
    t.deepEqual(
      rise.qc.failed.map((failure) => failure.test),
      ['temporal.step'],
    );
    t.regex(String(rise.qc.failed[0]?.detail), /976\.3 to 1002\.9 hPa in 6 h, tolerance 18/);
  },
);

withTapes(`Storm Ophelia at Roches Point: 59 knots are Beaufort 11 and pass${reason}`, async (t) => {
  const rows = tape('ophelia-2017-10.csv').filter((row) => /ROCHES/i.test(row['station'] ?? ''));
  const record = await atSlot(rows, '2017-10-16T12:00:00Z', '2017-10-16T06:00:00Z');
  t.is(record.wind_speed, 30.35);
  t.is(record.derived.beaufort, 11);
  t.is(record.qc.fields['wind_speed'], 1);
});

withTapes(`in five days of the storm nothing real is called wrong${reason}`, async (t) => {
  let judged = 0;
  for (const row of tape('ophelia-2017-10.csv')) {
    const { qc } = await onlyRecord(eventOf([irish(row)]));
    for (const [field, flag] of Object.entries(qc.fields))
      t.not(flag, 4, `${row['station']} ${row['time_utc']} ${field}`);
    judged += 1;
  }
  t.is(judged, 960);
});

withTapes(
  `Newark 2013: a mean wind of 1048 mph is wrong, everything else stands, and the record is published${reason}`,
  async (t) => {
    const row = tape('nyc-2013-02.csv').find((hour) => hour['origin'] === 'EWR' && number(hour, 'wind_speed') > 1000);
    t.truthy(row);
    const [lat, lon] = [40.69, -74.17];
    const dt = Date.parse(row?.['time_hour'] ?? '') / 1000;
    const body = JSON.stringify({
      coord: { lat, lon },
      weather: [],
      main: {
        temp: number(row ?? {}, 'temp'),
        humidity: number(row ?? {}, 'humid'),
        pressure: number(row ?? {}, 'pressure'),
      },
      wind: { speed: number(row ?? {}, 'wind_speed'), deg: number(row ?? {}, 'wind_dir') },
      visibility: number(row ?? {}, 'visib') * 1609.344,
      dt,
    });
    const location = { id: 'ewr', name: 'Newark', lat, lon };
    const record = await onlyRecord(eventOf([{ location, collectedAt: iso(dt + 60), units: 'imperial', body }]));
    t.is(record.wind_speed, 468.66);
    t.is(record.qc.fields['wind_speed'], 4);
    for (const field of ['temp', 'humidity', 'pressure', 'visibility', 'wind_deg'])
      t.is(record.qc.fields[field], 1, field);
    t.is(record.qc.overall, 4);
    t.is(record.derived.beaufort, null, 'nothing is computed from it');
    t.is(typeof record.derived.dew_point, 'number');
  },
);
