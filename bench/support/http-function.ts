import { createServer } from 'node:http';
import { ProductStored, RunRequested } from '@weatherline/events';
import { defineFunction, listen } from '@weatherline/runtime';
import { httpHost } from '@weatherline/runtime/http';

/** A function that does nothing, as a CloudEvents HTTP endpoint: ours, for a comparison with the peers. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const stored = { key: 'k', etag: 'e', sha256: '0'.repeat(64), bytes: 1, records: 1, failures: 0, revision: 1 };
const definition = defineFunction({
  name: 'fetch',
  accepts: RunRequested,
  emits: ProductStored,
  handle: ({ run, part }) => ({ run, part, collectedAt: run.slot, ...stored, outcome: 'created' as const }),
});
const { signal } = new AbortController();
const server = createServer(httpHost({ function: definition, log: silent, signal }));
const { port } = await listen(server, { host: '127.0.0.1', port: Number(process.env['PORT'] ?? 0), setting: 'PORT' });
process.stdout.write(`${port}\n`);
