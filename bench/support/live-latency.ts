import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createOpenWeather } from '@weatherline/adapters/providers';
import type { Location } from '@weatherline/events';
import { parseSchedule } from '@weatherline/events/schedule';
import { createMetrics, systemClock, type Broker, type Logger, type ObjectStore } from '@weatherline/runtime';
import { recordedPlaces } from '@weatherline/testkit/upstream';
import { openDataDirectory } from '../../cli/src/data-directory.ts';
import { openSystem } from '../../cli/src/system.ts';
import { triggerRun } from '../../cli/src/trigger.ts';
import { freePort, stop } from './process.ts';
import { PART, readingsEvents } from './replay.ts';

export type Options = { readonly rounds: number; readonly runs: number; readonly latencyMs: number };
/** Milliseconds from trigger to product of every live run, and what the replay made of the time beside them. */
export type LiveLatency = { readonly alone: number[]; readonly besideReplay: number[]; readonly replayed: number };

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const LOCATIONS = 100;
/** Between two runs, so that each meets a replay that is going on. */
const PAUSE_MS = 100;
const BACKLOG = 100;

/** Live runs of 100 locations, one after another, by turns without and with a replay in the same process. */
export async function liveLatency({ rounds, runs, latencyMs }: Options): Promise<LiveLatency> {
  const port = await freePort();
  const script = fileURLToPath(new URL('slow-upstream.ts', import.meta.url));
  const upstream = spawn(process.execPath, [script, String(port), String(latencyMs)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const path = await mkdtemp(join(tmpdir(), 'weatherline-lanes-'));
  try {
    await once(upstream.stdout, 'data');
    await using resources = new AsyncDisposableStack();
    const system = await LaneSystem.open(path, `http://127.0.0.1:${port}`, resources);
    const latency: LiveLatency = { alone: [], besideReplay: [], replayed: 0 };
    // What the first runs and the first replayed parts pay for compiling is nobody's latency.
    await system.live(3);
    await system.besideReplay(async () => system.live(3));
    const before = system.replayed;
    for (let round = 0; round < rounds; round += 1) {
      latency.alone.push(...(await system.live(runs)));
      latency.besideReplay.push(...(await system.besideReplay(async () => system.live(runs))));
    }
    return { ...latency, replayed: (system.replayed - before) * PART };
  } finally {
    await stop(upstream);
    await rm(path, { recursive: true, force: true });
  }
}

class LaneSystem {
  replayed = 0;
  readonly #system: { readonly broker: Broker; readonly store: ObjectStore };
  readonly #replay = readingsEvents(4_000);
  #published = 0;
  #live: { readonly slot: number; missing: number; readonly done: () => void } | undefined;
  /** Slots of the last hours, newest first: the upstream has weather for whatever is asked. */
  #slot = Math.floor(Date.now() / 1000) * 1000;

  private constructor(system: { readonly broker: Broker; readonly store: ObjectStore }) {
    this.#system = system;
  }

  static async open(path: string, url: string, resources: AsyncDisposableStack): Promise<LaneSystem> {
    const metrics = createMetrics({ service: 'bench', version: '0' });
    const stored: { by?: LaneSystem } = {};
    const system = await openSystem(
      {
        directory: openDataDirectory(path),
        provider: createOpenWeather({ url, key: () => 'bench', callsPerMinute: 1_000_000_000 }),
        clock: systemClock,
        log: silent,
        version: '0',
        metrics: { ...metrics, observeProduct: (product) => stored.by?.count(product) },
      },
      resources,
    );
    return (stored.by = new LaneSystem(system));
  }

  async live(runs: number): Promise<number[]> {
    const places = recordedPlaces();
    const locations = Array.from({ length: LOCATIONS }, (_, at): Location => {
      const place = places[at % places.length];
      if (place === undefined) throw new Error('no recorded places');
      return { ...place, id: `${place.id}-${at}` };
    });
    const ports = { ...this.#system, schedule: parseSchedule('0 0 1 1 *'), locations, partSize: PART };
    const latencies: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      await delay(PAUSE_MS);
      this.#slot -= 1000;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#live = { slot: this.#slot, missing: LOCATIONS / PART, done: resolve };
      const since = performance.now();
      await triggerRun(ports, new Date(this.#slot), 'manual');
      await promise;
      latencies.push(performance.now() - since);
    }
    return latencies;
  }

  /** Does the work while a replay never lacks events, and then lets it come to its end. */
  async besideReplay<Result>(work: () => Promise<Result>): Promise<Result> {
    const ending = new AbortController();
    const feeding = this.#feed(ending.signal);
    const result = await work();
    ending.abort();
    await feeding;
    while (this.replayed < this.#published) await delay(20);
    return result;
  }

  async #feed(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const next = this.#replay.slice(this.#published, this.replayed + BACKLOG);
      if (next.length > BACKLOG / 4) {
        await this.#system.broker.publish('weatherline.readings.fetched.replay', next);
        this.#published += next.length;
      }
      await delay(10);
    }
  }

  count({ slot }: { readonly slot: Date }): void {
    if (slot.getTime() !== this.#live?.slot) {
      this.replayed += 1;
      return;
    }
    this.#live.missing -= 1;
    if (this.#live.missing === 0) this.#live.done();
  }
}

export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}
