import { once } from 'node:events';
import { Problem, queryRecords } from '@weatherline/gateway/query';
import { createLogger, EXIT, systemClock } from '@weatherline/runtime';
import { Failure } from '../failure.ts';
import type { Output } from '../output.ts';
import { openReading } from '../reading.ts';
import { version } from '../version.ts';

export type RecordsOptions = {
  readonly data: string;
  readonly location?: string;
  readonly datetime?: string;
  readonly bbox?: string;
  readonly fields?: string;
  readonly format?: 'json' | 'ndjson' | 'csv' | 'geojson';
};

/** JSON and GeoJSON come in pages over HTTP; this is the longest one. */
const MOST_IN_A_PAGE = '10000';

/** Writes what `GET /v1/records` answers to the same query, byte for byte. */
export async function printRecords(options: RecordsOptions, output: Output): Promise<number> {
  const { data, format = output.json ? 'json' : 'ndjson' } = options;
  await using resources = new AsyncDisposableStack();
  const { config, store } = await openReading(data, resources);
  const search = new URLSearchParams({ f: format });
  for (const name of ['location', 'datetime', 'bbox', 'fields'] as const) {
    const value = options[name];
    if (value !== undefined) search.set(name, value);
  }
  if (format === 'json' || format === 'geojson') search.set('limit', MOST_IN_A_PAGE);
  const { schedule, locations } = config;
  const release = version();
  const log = createLogger({ service: 'weatherline', version: release, level: 'warn', destination: process.stderr });
  const reader = { store, clock: systemClock, log, schedule, locations, version: release };
  const { chunks, links } = await queryRecords(reader, search).catch((error: unknown) => {
    throw error instanceof Problem ? failureOf(error) : error;
  });
  for await (const chunk of chunks) if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
  if (links.some(({ rel }) => rel === 'next')) {
    output.say(`these are the first ${MOST_IN_A_PAGE}: --format ndjson and csv have no bound`);
    return EXIT.partial;
  }
  return EXIT.ok;
}

function failureOf({ status, message }: Problem): Failure {
  return new Failure(status === 404 ? EXIT.notFound : EXIT.usage, message);
}
