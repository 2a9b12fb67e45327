import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDirectoryStore } from '@weatherline/adapters/directory';
import { openEmbeddedBroker } from '@weatherline/adapters/embedded';
import { createOpenWeather } from '@weatherline/adapters/providers';
import type { Location } from '@weatherline/events';
import { parseSchedule } from '@weatherline/events/schedule';
import { createFetch } from '@weatherline/fetch';
import { consume, systemClock, TOPICS, type Logger } from '@weatherline/runtime';
import { recordedPlaces } from '@weatherline/testkit/upstream';
import { transform } from '@weatherline/transform';
import { createUpload } from '@weatherline/upload';
import { planRun, requestRun, settlePlan } from '../../cli/src/plan.ts';

/** One run of many locations through the whole chain in this process: `whole-chain.ts <url> <locations>`; prints JSON. */
const [url = '', wanted = '1000'] = process.argv.slice(2);
const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const places = recordedPlaces();
const locations = Array.from({ length: Number(wanted) }, (_, at): Location => {
  const place = places[at % places.length];
  if (place === undefined) throw new Error('no recorded places');
  return { ...place, id: `${place.id}-${at}` };
});
const directory = await mkdtemp(join(tmpdir(), 'weatherline-bench-'));
try {
  await using resources = new AsyncDisposableStack();
  await mkdir(join(directory, 'log'));
  await mkdir(join(directory, 'objects'));
  const store = resources.use(await openDirectoryStore({ directory: join(directory, 'objects') }));
  const broker = resources.use(await openEmbeddedBroker({ directory: join(directory, 'log') }));
  await broker.ensureTopics(TOPICS);
  const provider = createOpenWeather({ url, key: () => 'bench', callsPerMinute: 1_000_000_000 });
  const slot = new Date(Math.floor(Date.now() / 1000) * 1000 - 1000);
  const schedule = parseSchedule('0 0 1 1 *');
  const done = Promise.withResolvers<void>();
  let records = 0;
  let failed = 0;
  const observe = (product: { records: number; locations: number }): void => {
    records += product.records;
    failed += product.locations - product.records;
    if (records + failed === locations.length) done.resolve();
  };
  const shared = { broker, log: silent };
  for (const definition of [createUpload({ store, version: '0', observe })])
    resources.use(await consume({ ...shared, function: definition }));
  resources.use(await consume({ ...shared, function: transform }));
  resources.use(
    await consume({ ...shared, function: createFetch({ provider, store, clock: systemClock, lane: 'live' }) }),
  );
  const since = performance.now();
  const { plan } = await settlePlan(store, planRun({ slot, reason: 'schedule', schedule, locations, partSize: 50 }));
  await requestRun(broker, plan);
  let mostMiB = 0;
  const watch = setInterval(() => (mostMiB = Math.max(mostMiB, process.memoryUsage.rss() / 1_048_576)), 100);
  await done.promise;
  clearInterval(watch);
  const seconds = (performance.now() - since) / 1000;
  process.stdout.write(`${JSON.stringify({ seconds, records, failed, mostMiB })}\n`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
process.exit(0);
