import { readFileSync } from 'node:fs';
import type { Location, Reading, ReadingsFetched, WeatherRecord } from '@weatherline/events';
import type { Context } from '@weatherline/runtime';
import { bodyText } from '@weatherline/testkit/upstream';
import { transform } from '../src/transform.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
export const context: Context = { log: silent, attempt: 1, signal: new AbortController().signal };

export function iso(unix: number): string {
  return new Date(unix * 1000).toISOString().replace('.000Z', 'Z');
}

type Change = { readonly units?: Reading['units']; readonly elevation?: number };

/** A reading of a recorded body, at the place that the body names. */
export function recordedReading(file: string, { units = 'standard', elevation }: Change = {}): Reading {
  return readingOf(bodyText(file), { units, ...(elevation === undefined ? {} : { elevation }) });
}

export function readingOf(body: string, { units = 'metric', elevation }: Change = {}): Reading {
  const parsed = JSON.parse(body);
  const location: Location = {
    id: 'place',
    name: 'The place',
    lat: parsed.coord?.lat ?? 0,
    lon: parsed.coord?.lon ?? 0,
    ...(elevation === undefined ? {} : { elevation }),
  };
  return { location, collectedAt: iso(parsed.dt + 60), units, body };
}

/** The event of a run whose slot is the first full hour after the observation. */
export function eventOf(readings: readonly Reading[], change: Partial<ReadingsFetched> = {}): ReadingsFetched {
  const [first] = readings;
  const collected = first === undefined ? 0 : Date.parse(first.collectedAt) / 1000;
  const slot = iso(Math.ceil(collected / 3600) * 3600);
  return {
    run: { id: slot.replaceAll(/[-:]/g, ''), slot, reason: 'schedule' },
    part: { index: 1, count: 1 },
    provider: 'openweather',
    collectedAt: iso(collected),
    readings: [...readings],
    failures: [],
    previous: null,
    ...change,
  };
}

/** The one record of a recorded body. */
export async function recordOfFile(file: string, change: Change = {}): Promise<WeatherRecord> {
  return onlyRecord(eventOf([recordedReading(`${file}.json`, change)]));
}

export async function onlyRecord(event: ReadingsFetched): Promise<WeatherRecord> {
  const { records } = await transform.handle(event, context);
  const [record] = records;
  if (record === undefined) throw new Error('expected a record');
  return record;
}

export function testData<Data>(name: string): Data {
  return JSON.parse(readFileSync(new URL(`data/${name}`, import.meta.url), 'utf8'));
}
