import type { Location } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import { createFetch } from '@weatherline/fetch';
import { consume, type Broker, type Committed, type Logger, type WeatherProvider } from '@weatherline/runtime';
import { brokerThrough, storeThrough, type MemoryBroker, type MemoryStore, type Upstream } from '@weatherline/testkit';
import { transform } from '@weatherline/transform';
import { createUpload } from '@weatherline/upload';
import { keepSchedule } from '../../cli/src/scheduler.ts';
import { triggerRun } from '../../cli/src/trigger.ts';
import { ProductIndex } from '../../gateway/src/store/product-index.ts';
import type { Handled, SimProcess } from './process.ts';
import type { Scenario } from './scenario.ts';
import { never, type World } from './world.ts';

const TEN_MINUTES = 600_000;
const tick = (at: number): Date => new Date(at * TEN_MINUTES);

/** What the expression says, without asking a cron library two hundred times a run. */
export const schedule: Schedule = {
  expression: '*/10 * * * *',
  current: (now) => tick(Math.floor(now.getTime() / TEN_MINUTES)),
  next: (after) => tick(Math.floor(after.getTime() / TEN_MINUTES) + 1),
  previous: (before) => tick(Math.ceil(before.getTime() / TEN_MINUTES) - 1),
  has: (slot) => slot.getTime() % TEN_MINUTES === 0,
};
export const FIRST = new Date('2026-11-23T06:00:00Z');
export const SECOND = new Date('2026-11-23T06:10:00Z');

/** What all processes share: the services, and what the checker will want to know. */
export type Surroundings = {
  readonly world: World;
  readonly scenario: Scenario;
  readonly broker: MemoryBroker;
  readonly store: MemoryStore;
  readonly upstream: Upstream;
  readonly log: Logger;
  readonly handled: Handled[];
  readonly repeated: string[];
  readonly latest: string[];
  /** The deaths that the killer among the locations has caused. */
  readonly kills: string[];
};

/** A partition as it was when a process got it. */
type Assigned = Map<string, Committed | undefined>;

export type Running = { readonly drain: () => Promise<void> };

export type StageName = 'fetch' | 'transform' | 'upload';

/** Starts the consumers of a deployment in a process, as its main would. */
export async function startStages(
  stages: readonly StageName[],
  process: SimProcess,
  surroundings: Surroundings,
): Promise<Running> {
  const { scenario, upstream, world } = surroundings;
  const assigned: Assigned = new Map();
  const store = storeThrough(surroundings.store, process);
  const joined = (membership: AsyncDisposable): void => {
    process.memberships.push(membership);
    // Nobody is there any more to keep it alive.
    if (process.isDead) void world.sleep(10_000).then(async () => surroundings.broker.evict(membership));
  };
  const broker = brokerThrough(watched(surroundings.broker, assigned), process, joined);
  const log = process.logger(surroundings.log, (event) => {
    surroundings.handled.push(event);
    const committed = assigned.get(`${event.topic}/${event.partition}`);
    if (isDone(committed, event.offset))
      surroundings.repeated.push(`${event.process} ${event.topic}/${event.partition}/${event.offset}`);
  });
  const shared = { broker, log, clock: process.clock, random: world.random, process: process.scope };
  const lanes = scenario.replay === undefined ? (['live'] as const) : (['live', 'replay'] as const);
  const running: AsyncDisposable[] = [];
  for (const lane of lanes) {
    for (const stage of stages) {
      const common = { ...shared, lane, concurrency: scenario.concurrency };
      if (stage === 'fetch') {
        const provider = deadly(upstream.provider(process), process, surroundings);
        const ports = { provider, store, clock: process.clock, lane, random: world.random, concurrency: 2 };
        running.push(await consume({ ...common, function: createFetch(ports) }));
      } else if (stage === 'transform') running.push(await consume({ ...common, function: transform }));
      else running.push(await consume({ ...common, function: createUpload({ store, version: '0.0.0' }) }));
    }
  }
  return { drain: async () => void (await Promise.all(running.map(async (one) => one[Symbol.asyncDispose]()))) };
}

/** A provider whose answer about one location ends the process that reads it. */
function deadly(provider: WeatherProvider, process: SimProcess, { scenario, kills }: Surroundings): WeatherProvider {
  const { killer } = scenario;
  if (killer === undefined) return provider;
  return {
    ...provider,
    read: async (location, slot, signal) => {
      if (location.id !== killer) return provider.read(location, slot, signal);
      kills.push(location.id);
      process.die();
      return never();
    },
  };
}

/** Notes what each process was told of its partitions, so that finished work that is done again shows. */
function watched(broker: Broker, assigned: Assigned): Broker {
  return {
    ensureTopics: async (topics) => broker.ensureTopics(topics),
    publish: async (topic, messages) => broker.publish(topic, messages),
    lag: async (group, topic) => broker.lag(group, topic),
    read: (topic, from) => broker.read(topic, from),
    subscribe: async (subscription) =>
      broker.subscribe({
        ...subscription,
        assigned: async (assignment) => {
          assigned.set(`${assignment.topic}/${assignment.partition}`, assignment.committedAtAssignment);
          await subscription.assigned?.(assignment);
        },
      }),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Read here once more, without the runtime's own code: a bug there must not hide itself. */
function isDone(committed: Committed | undefined, offset: number): boolean {
  if (committed === undefined) return false;
  if (offset < committed.offset) return true;
  const state: { d?: string } = JSON.parse(committed.metadata === '' ? '{}' : committed.metadata);
  const bits = Buffer.from(state.d ?? '', 'base64');
  const at = offset - committed.offset;
  return (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1;
}

export function placesOf({ parts, perPart }: Scenario): Location[] {
  return Array.from({ length: parts * perPart }, (_, at) => ({
    id: `place-${at + 1}`,
    name: `Place ${at + 1}`,
    lat: 50 + at,
    lon: 10 + at,
  }));
}

/** The trigger: opens the slot of the moment at its start, as `up` does, and then each one on its tick. */
export async function startCron(process: SimProcess, surroundings: Surroundings, partSize: number): Promise<Running> {
  const { scenario, store, broker, log } = surroundings;
  const stop = new AbortController();
  const ports = {
    store: storeThrough(store, process),
    broker: brokerThrough(broker, process),
    schedule,
    locations: placesOf(scenario),
    partSize,
  };
  const open = async (slot: Date): Promise<void> => {
    // The scenario has two slots.
    if (slot.getTime() <= SECOND.getTime()) await triggerRun(ports, slot, 'schedule');
  };
  const { clock } = process;
  const work = async (): Promise<void> => {
    // Before the first slot there is nothing to open.
    while (clock.now() < FIRST) await clock.sleep(FIRST.getTime() - clock.now().getTime());
    let opened: Date;
    for (;;) {
      try {
        opened = schedule.current(clock.now());
        await open(opened);
        break;
      } catch {
        await clock.sleep(2_000, stop.signal);
      }
    }
    await keepSchedule({ schedule, clock, log: process.logger(log, () => {}), signal: stop.signal, opened, open });
  };
  void work().catch(() => undefined);
  return { drain: async () => stop.abort(new Error('asked to stop')) };
}

/** A reader that looks for the newest product every now and then, with the gateway's own index. */
export async function startReader(process: SimProcess, { store, latest }: Surroundings): Promise<Running> {
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const { clock } = process;
  const index = new ProductIndex(storeThrough(store, process), clock, silent);
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    for await (const { id } of index.newest()) {
      latest.push(id);
      return;
    }
  };
  const work = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await look().catch(() => undefined);
      await clock.sleep(35_000, stop.signal);
    }
  };
  void work().catch(() => undefined);
  return {
    drain: async () => {
      stop.abort(new Error('asked to stop'));
      await clock.sleep(60_000);
      await look();
    },
  };
}
