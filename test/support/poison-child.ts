import { openEmbeddedBroker } from '@weatherline/adapters/embedded';
import { openKafkaBroker } from '@weatherline/adapters/kafka';
import { ProductStored, RunRequested } from '@weatherline/events';
import { consume, defineFunction, TOPICS } from '@weatherline/runtime';

/** A consumer whose handler kills its own process on the slot that is named; says `done` when nothing is left. */
const [place = '', poison = ''] = process.argv.slice(2);
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const replication = { factor: 1, minInSync: 1 };
const broker = /^[\d.]+:\d+$/.test(place)
  ? openKafkaBroker({ brokers: [place], replication, times: { sessionMs: 2_000, heartbeatMs: 500, fetchWaitMs: 100 } })
  : await openEmbeddedBroker({ directory: place });
await broker.ensureTopics(TOPICS);
const definition = defineFunction({
  name: 'fetch',
  accepts: RunRequested,
  emits: ProductStored,
  async handle({ run, part }) {
    process.stdout.write(`start ${run.id}\n`);
    if (run.id === poison) process.kill(process.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const stored = { key: 'k', etag: 'e', sha256: '0'.repeat(64), bytes: 1, records: 1, failures: 0, revision: 1 };
    return { run, part, collectedAt: run.slot, ...stored, outcome: 'created' as const };
  },
});
await consume({ broker, function: definition, log: silent });
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const lags = await broker.lag('weatherline.fetch', RunRequested.topic);
  if (lags.every(({ lag }) => lag === 0)) break;
}
process.stdout.write('done\n');
process.exit(0);
