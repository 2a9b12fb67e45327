import { instantText, parsePlanKey, slotId, slotInstant } from '@weatherline/events';
import type { Schedule } from '@weatherline/events/schedule';
import type { Clock, Logger, ObjectInfo } from '@weatherline/runtime';
import * as v from 'valibot';
import type { SlotEntry, SlotRange } from './product-index.ts';
import type { Products } from './products.ts';
import type { StoreReader } from './watched-store.ts';
import { WINDOW_MS, WindowCache, windowOf } from './window-cache.ts';

export type RunState = 'complete' | 'incomplete' | 'running' | 'missing';

/** What the bucket knows of the run of one slot. */
export type Run = {
  readonly id: string;
  readonly state: RunState;
  readonly requestedAt: Date | undefined;
  readonly producedAt: Date | undefined;
  readonly slot: SlotEntry | undefined;
  readonly plan: ObjectInfo | undefined;
};

/** A run's plan, as far as readers need it. */
const Plan = v.looseObject({
  run: v.looseObject({ reason: v.string() }),
  parts: v.array(v.array(v.unknown())),
});
export type Plan = v.InferOutput<typeof Plan>;

export type RunsOptions = {
  readonly store: StoreReader;
  readonly products: Products;
  readonly schedule: Schedule;
  readonly clock: Clock;
  readonly log: Logger;
};

const PLAN_PREFIX = 'weather-runs/';

/** Runs as the bucket shows them: their plans, their products, and the slots that have neither. */
export class Runs {
  readonly #options: RunsOptions;
  readonly #plans: WindowCache<readonly ObjectInfo[]>;
  readonly #read: WindowCache<Plan>;

  constructor(options: RunsOptions) {
    this.#options = options;
    this.#plans = new WindowCache({ ...options, max: 100 });
    this.#read = new WindowCache({ ...options, max: 200 });
  }

  /** Every run of a range, oldest first; slots of the schedule that have none are there as missing. */
  async between({ from, to }: SlotRange): Promise<readonly Run[]> {
    const { products, clock } = this.#options;
    // The start of the window, so that callers of one window share one listing.
    const now = slotId(new Date(windowOf(clock.now()) * WINDOW_MS));
    const end = to < now ? to : now;
    const [plans, slots] = await Promise.all([this.#plansOf({ from, to: end }), slotsOf(products, { from, to: end })]);
    const ids = new Set([...plans.keys(), ...slots.keys(), ...this.#scheduled(from, end)]);
    return [...ids].toSorted().map((id) => this.#run(id, plans.get(id), slots.get(id)));
  }

  async find(id: string): Promise<Run | undefined> {
    return (await this.between({ from: id, to: id })).find((run) => run.id === id);
  }

  /** The plan of a run, or undefined when it has none that can be read. */
  async plan({ plan }: Run): Promise<Plan | undefined> {
    if (plan === undefined) return undefined;
    const object = await this.#options.store.get(plan.key);
    if (object === undefined) return undefined;
    try {
      return await this.#read.get(`${plan.key} ${plan.etag}`, async () =>
        v.parse(Plan, JSON.parse(Buffer.from(object.body).toString('utf8'))),
      );
    } catch (error) {
      this.#options.log.error('plan not readable', { key: plan.key, err: error });
      return undefined;
    }
  }

  #run(id: string, plan: ObjectInfo | undefined, slot: SlotEntry | undefined): Run {
    const { schedule, clock } = this.#options;
    const isCurrent = id >= slotId(schedule.current(clock.now()));
    const isComplete = slot !== undefined && slot.parts.length === slot.expected;
    const isKnown = plan !== undefined || slot !== undefined;
    return {
      id,
      state: isComplete ? 'complete' : isCurrent ? 'running' : isKnown ? 'incomplete' : 'missing',
      requestedAt: plan?.lastModified,
      producedAt:
        slot === undefined
          ? undefined
          : new Date(Math.max(...slot.parts.map(({ lastModified }) => lastModified.getTime()))),
      slot,
      plan,
    };
  }

  /** The slots that the schedule has between two, both included. */
  #scheduled(from: string, to: string): string[] {
    const { schedule } = this.#options;
    const [start, end] = [slotInstant(from), slotInstant(to)];
    if (start === undefined || end === undefined) return [];
    const ids: string[] = [];
    let slot = schedule.next(new Date(start.getTime() - 1000));
    // A schedule of every second over a year would never end: a page of it is enough.
    while (slot.getTime() <= end.getTime() && ids.length < MOST_SLOTS) {
      ids.push(slotId(slot));
      slot = schedule.next(slot);
    }
    return ids;
  }

  async #plansOf({ from, to }: SlotRange): Promise<Map<string, ObjectInfo>> {
    const plans = await this.#plans.get(`${from} ${to}`, async () => {
      const found: ObjectInfo[] = [];
      let startAfter: string | undefined = `${PLAN_PREFIX}${pathOf(from)}`.slice(0, -1);
      const end = `${PLAN_PREFIX}${pathOf(to)}~`;
      do {
        const page: Awaited<ReturnType<StoreReader['list']>> = await this.#options.store.list({
          prefix: PLAN_PREFIX,
          startAfter,
        });
        found.push(...page.objects.filter(({ key }) => key <= end));
        startAfter = page.objects.some(({ key }) => key > end) ? undefined : page.next;
      } while (startAfter !== undefined);
      return found;
    });
    const byId = new Map<string, ObjectInfo>();
    for (const info of plans) {
      const id = parsePlanKey(info.key);
      if (id !== undefined && id >= from && id <= to) byId.set(id, info);
    }
    return byId;
  }
}

const MOST_SLOTS = 20_000;

function pathOf(id: string): string {
  return `${id.slice(0, 4)}/${id.slice(4, 6)}/${id.slice(6, 8)}/${id.slice(9, 15)}`;
}

async function slotsOf(products: Products, range: SlotRange): Promise<Map<string, SlotEntry>> {
  const slots = new Map<string, SlotEntry>();
  for await (const slot of products.newestSlots(range, 4)) slots.set(slot.id, slot);
  return slots;
}

/** RFC 3339 or null. */
export function instantOrNull(instant: Date | undefined): string | null {
  return instant === undefined ? null : instantText(instant);
}
