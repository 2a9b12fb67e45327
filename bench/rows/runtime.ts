import { createWriteStream } from 'node:fs';
import autocannon from 'autocannon';
import { fileURLToPath } from 'node:url';
import { ProductStored, RunRequested } from '@weatherline/events';
import {
  consume,
  createLogger,
  createMetrics,
  defineFunction,
  encodeEvent,
  envelopeOf,
  type LoggedMessage,
  type Logger,
} from '@weatherline/runtime';
import { median, spread, type Measured, type Row } from '../row.ts';
import { cpuSeconds, startServer, stop, type Started } from '../support/process.ts';
import { StubBroker } from '../support/stub-broker.ts';
import { PEERS } from './start.ts';

const EVENTS = 20_000;
const ROUNDS = 7;
const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function requested(at: number) {
  const slot = new Date(Date.UTC(2026, 0, 1, 0, 0, at)).toISOString().replace('.000Z', 'Z');
  return {
    run: { id: slot.replaceAll(/[-:]/g, ''), slot, reason: 'manual' as const },
    part: { index: 1, count: 1 },
    locations: [{ id: 'a', name: 'A', lat: 0, lon: 0 }],
    previousSlot: slot,
    expiresAt: slot,
  };
}

function messages(): LoggedMessage[] {
  return Array.from({ length: EVENTS }, (_, offset) => ({
    ...encodeEvent(envelopeOf(RunRequested, requested(offset))),
    topic: 'weatherline.run.requested',
    partition: 0,
    offset,
    timestamp: 0,
  }));
}

const stored = { key: 'k', etag: 'e', sha256: '0'.repeat(64), bytes: 1, records: 1, failures: 0, revision: 1 };

/** CPU microseconds that the runtime spends on one event: decode, check, call, encode, publish, commit. */
async function perEvent(log: Logger, all: readonly LoggedMessage[]): Promise<number> {
  const broker = new StubBroker();
  const metrics = createMetrics({ service: 'bench', version: '0' });
  const definition = defineFunction({
    name: 'fetch',
    accepts: RunRequested,
    emits: ProductStored,
    handle: ({ run, part }) => ({ run, part, collectedAt: run.slot, ...stored, outcome: 'created' as const }),
  });
  await using _ = await consume({ broker, function: definition, log, observe: metrics.observe });
  const before = process.cpuUsage();
  await broker.drain(all);
  const used = process.cpuUsage(before);
  if (broker.published !== all.length) throw new Error(`${broker.published} of ${all.length} events came out`);
  return (used.user + used.system) / all.length;
}

async function overhead(): Promise<Measured> {
  const all = messages();
  const toNothing = createWriteStream('/dev/null');
  const logged = createLogger({ service: 'bench', version: '0', level: 'info', destination: toNothing });
  // The first rounds are compiled code's warm-up.
  for (let round = 0; round < 3; round += 1) await perEvent(silent, all);
  const bare: number[] = [];
  const withLog: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await perEvent(silent, all));
    withLog.push(await perEvent(logged, all));
  }
  return {
    ours: `${spread(bare, 'µs', 1)}; with its log line ${spread(withLog, 'µs', 1)}`,
    peer: '',
    met: median(bare) <= 15,
    notes: `CPU time per event over ${EVENTS} events, metrics on, event of one location, batches of 64`,
  };
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const OURS = async (): Promise<Started> =>
  startServer(
    () => [here('../support/http-function.ts')],
    (port) => ({ PORT: String(port) }),
    '/',
  );

/** A CloudEvents function over HTTP: requests a second, and what one costs its process. */
async function overHttp(): Promise<Measured> {
  const event = encodeEvent(envelopeOf(RunRequested, requested(1)));
  const headers = Object.fromEntries(
    Object.entries(event.headers).map(([name, value]) => [name.replace(/^ce_/, 'ce-'), value]),
  );
  const results: Record<string, { rate: number[]; cost: number[] }> = {};
  for (let round = 0; round < 3; round += 1) {
    for (const [who, start] of Object.entries({ ours: OURS, ...PEERS })) {
      const { child, port } = await start();
      const load = {
        url: `http://127.0.0.1:${port}/`,
        method: 'POST' as const,
        headers,
        body: Buffer.from(event.value ?? []),
      };
      await autocannon({ ...load, connections: 8, duration: 2 });
      const before = cpuSeconds(child.pid);
      const result = await autocannon({ ...load, connections: 8, duration: 4 });
      const cpu = cpuSeconds(child.pid) - before;
      await stop(child);
      if (result.non2xx > 0 || result.errors > 0)
        throw new Error(`${who}: ${result.non2xx} refused, ${result.errors} failed`);
      const entry = (results[who] ??= { rate: [], cost: [] });
      entry.rate.push(result.requests.total / result.duration);
      entry.cost.push((cpu / result.requests.total) * 1e6);
    }
  }
  const show = (who: string): string => {
    const { rate, cost } = results[who] ?? { rate: [], cost: [] };
    return `${median(rate).toFixed(0)}/s, ${median(cost).toFixed(0)} µs of CPU`;
  };
  const ours = median(results['ours']?.cost ?? []);
  const best = Math.min(...Object.keys(PEERS).map((who) => median(results[who]?.cost ?? [])));
  return {
    ours: show('ours'),
    peer: Object.keys(PEERS)
      .map((who) => `${who} ${show(who)}`)
      .join('; '),
    met: ours <= best,
    notes: `8 connections, binary mode, by turns; ours checks the data and answers with an event; ${(ours / best).toFixed(2)} of the cheaper peer's CPU`,
  };
}

export const RUNTIME_ROWS: readonly Row[] = [
  {
    area: 'runtime',
    what: 'runtime overhead per event, no-op handler',
    goal: '≤ 15 µs',
    measure: overhead,
  },
  {
    area: 'runtime',
    what: 'CloudEvents function over HTTP: requests a second, CPU per event',
    goal: 'no dearer than the cheaper peer',
    measure: overHttp,
  },
];
