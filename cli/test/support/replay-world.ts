import { readFileSync } from 'node:fs';
import { instantText, productKey, ReadingsFetched, readingsKey, slotId, type Part } from '@weatherline/events';
import {
  consume,
  encodeStructured,
  envelopeOf,
  gzip,
  TOPICS,
  type Clock,
  type FunctionDefinition,
  type Logger,
} from '@weatherline/runtime';
import {
  brokerThrough,
  createMemoryBroker,
  createMemoryStore,
  createVirtualClock,
  storeThrough,
  type Fault,
  type Passage,
} from '@weatherline/testkit';
import { transform } from '@weatherline/transform';
import { createUpload } from '@weatherline/upload';
import type { EndOfRun, ExecuteOptions } from '../../src/replay/execute-ports.ts';
import { Execution } from '../../src/replay/execute.ts';
import { Ledger } from '../../src/replay/ledger.ts';
import { storePlan, type ReplayPlan, type Selection, type StoredPlan } from '../../src/replay/plan.ts';
import type { Progress } from '../../src/replay/progress.ts';
import { selectItems } from '../../src/replay/select.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../../packages/events/test/golden/readings.fetched.v1.json', import.meta.url), 'utf8'),
);
const SAMPLE = ReadingsFetched.parse(golden.data);
const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
export const FIRST = new Date('2026-11-20T00:00:00Z');
const SLOT_MS = 6 * 3_600_000;

export const runAt = (at: number): string => slotId(new Date(FIRST.getTime() + at * SLOT_MS));
const never = async (): Promise<never> => new Promise(() => {});

/** What goes wrong on the way of one process to its ports. */
export type Perils = { readonly diesAt?: number; readonly fault?: (operation: string) => Fault | undefined };

/** A process that runs a replay: once it has died, nothing that it waits for ever comes. */
class Runner implements Passage {
  readonly clock: Clock;
  readonly died = Promise.withResolvers<'died'>();
  passed = 0;
  readonly #perils: Perils;
  #isDead = false;

  constructor(clock: Clock, perils: Perils) {
    this.#perils = perils;
    this.clock = {
      now: () => clock.now(),
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal);
        if (this.#isDead) await never();
      },
    };
  }

  fault(operation: string): Fault | undefined {
    return this.#perils.fault?.(operation);
  }

  async travel(): Promise<void> {
    if (this.#isDead) await never();
    this.passed += 1;
    if (this.passed !== this.#perils.diesAt) return;
    this.#isDead = true;
    this.died.resolve('died');
    await never();
  }
}

export type Running = Partial<ExecuteOptions> & { readonly perils?: Perils; readonly resume?: boolean };

/** An installation in memory: an archive, the functions of the replay lane, and replays of it. */
export class ReplayWorld {
  readonly clock = createVirtualClock();
  readonly store = createMemoryStore(() => this.clock.now());
  readonly broker = createMemoryBroker({ clock: this.clock });
  /** Calls that the last replay made. */
  passed = 0;
  readonly notes: string[] = [];
  trouble: unknown;

  /** With readings of so many slots; each of so many parts, of one location. */
  static async open(slots: number, parts = 1): Promise<ReplayWorld> {
    const world = new ReplayWorld();
    await world.broker.ensureTopics(TOPICS);
    for (let at = 0; at < slots; at += 1)
      for (let index = 1; index <= parts; index += 1) await world.archive(at, { index, count: parts });
    return world;
  }

  async archive(at: number, part: Part, bodyOf = (body: string) => body): Promise<void> {
    const slot = new Date(FIRST.getTime() + at * SLOT_MS);
    const run = { id: slotId(slot), slot: instantText(slot), reason: 'schedule' as const };
    const readings = SAMPLE.readings.slice(0, 1).map((reading) => ({
      ...reading,
      body: bodyOf(reading.body),
      location: { ...reading.location, id: `place-${part.index}` },
    }));
    const data = { ...SAMPLE, run, part, readings, failures: [], previous: null, collectedAt: run.slot };
    const body = gzip(encodeStructured(envelopeOf(ReadingsFetched, data)));
    const before = this.store.objects.get(readingsKey(run.id, part));
    const condition = before === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: before.etag };
    await this.store.put(readingsKey(run.id, part), body, { ...condition, contentType: 'application/gzip' });
  }

  /** The functions of the replay lane; `version` tells products of one code from those of another. */
  async start(first: FunctionDefinition<any, any> = transform): Promise<void> {
    const { broker, clock } = this;
    const common = { broker, clock, log: silent, lane: 'replay', random: () => 0.5 } as const;
    await consume({ ...common, function: first });
    await consume({ ...common, function: createUpload({ store: this.store, version: '0.0.0' }) });
  }

  async plan(mode: ReplayPlan['mode'], selection: Partial<Selection> = {}, more: Partial<ReplayPlan> = {}) {
    const all: Selection = {
      from: instantText(FIRST),
      to: '2027-01-01T00:00:00Z',
      runs: [],
      locations: [],
      only: mode === 'fill' ? 'missing' : 'all',
      ...selection,
    };
    const stage = more.stage === 'upload' ? 'upload' : 'transform';
    const { items, gaps } = await selectItems({ store: this.store, log: this.broker }, { stage, selection: all });
    const runs = new Set(items.map(({ run }) => run)).size;
    const plan: ReplayPlan = {
      schema: 'weatherline.replay-plan/1',
      kind: 'replay',
      mode,
      stage,
      selection: all,
      planned_at: instantText(this.clock.now()),
      planned_by: 'somebody@somewhere',
      reason: null,
      version: '0.0.0',
      totals: { runs, parts: items.length, bytes: 0, calls: 0 },
      estimate_seconds: 1,
      request: null,
      items: [...items],
      gaps: [...gaps],
      ...more,
    };
    return storePlan({ store: this.store, put: this.store.put }, plan);
  }

  /** Claims and runs; `died` when its perils ended it. */
  async run(stored: StoredPlan, { perils = {}, resume = false, ...options }: Running = {}) {
    const runner = new Runner(this.clock, perils);
    const store = storeThrough(this.store, runner);
    const broker = brokerThrough(this.broker, runner);
    const { clock } = runner;
    const work = async (): Promise<EndOfRun> => {
      const ledger = await Ledger.claim({ store, put: store.put, clock }, stored, { resume });
      const installation = {
        log: broker,
        store,
        put: store.put,
        publish: broker.publish,
        trouble: () => this.trouble,
      };
      const show = (_ended: number, note: string): void => void this.notes.push(note);
      const planOf = async (): Promise<never> => never();
      const signal = new AbortController().signal;
      const defaults = { rate: 500, window: 256, timeoutMs: undefined, signal };
      return new Execution({ installation, clock, planOf, show }, stored, ledger, { ...defaults, ...options }).run();
    };
    const end = await this.clock.run(Promise.race([work(), runner.died.promise]));
    this.passed = runner.passed;
    return end;
  }

  progress({ id }: StoredPlan): Progress {
    return JSON.parse(this.text(`replays/${id}/progress.json`));
  }

  text(key: string): string {
    return Buffer.from(this.store.objects.get(key)?.body ?? []).toString('utf8');
  }

  product(at: number, part: Part = { index: 1, count: 1 }): string {
    return this.text(productKey(runAt(at), part));
  }

  /** Every product by its key. */
  products(): Record<string, string> {
    const keys = [...this.store.objects.keys()].filter((key) => key.startsWith('weather-products/'));
    return Object.fromEntries(keys.toSorted().map((key) => [key, this.text(key)]));
  }

  /** Something else under the name of a product. */
  async overwrite(at: number, text: string): Promise<void> {
    const key = productKey(runAt(at), { index: 1, count: 1 });
    const before = this.store.objects.get(key);
    const condition = before === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: before.etag };
    await this.store.put(key, Buffer.from(text), { ...condition, contentType: 'application/x-ndjson' });
  }
}
