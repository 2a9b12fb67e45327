import { budgetKey, type Lane } from '@weatherline/events';
import type { Clock, ObjectStore } from '@weatherline/runtime';
import {
  EMPTY,
  freeAt,
  grant,
  parseState,
  paused,
  pauseOf,
  WINDOW_MS,
  type Lease,
  type State,
} from './budget-state.ts';
import { waitUntil, type Gate, type Ticket, type Want } from './gate.ts';

export type BudgetPorts = {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly providerId: string;
  readonly callsPerMinute: number;
  readonly lane: Lane;
};

type Found = { readonly state: State; readonly etag: string | undefined };

/**
 * The calls that one provider key may make in a minute, shared by every replica, lane and form through one small object.
 *
 * Over any 68 consecutive seconds, which hold every minute as the provider counts it, no more than `callsPerMinute` are
 * handed out (`WINDOWS` says why 68); the replay lane gets at most half. A 429 pauses the key for all: 60 s, doubling to 10 minutes.
 */
export class Budget implements Gate {
  readonly #ports: BudgetPorts;
  #pool: Lease = { calls: 0, until: 0, follows: 0 };
  /** Unix milliseconds before which it is known to be useless to ask the store. */
  #notBefore = 0;
  #leasing: Promise<void> | undefined;
  #pausing: Promise<void> | undefined;
  #lost = 0;
  #good = -1;

  constructor(ports: BudgetPorts) {
    this.#ports = ports;
  }

  async take(want: Want): Promise<Ticket> {
    for (;;) {
      want.signal.throwIfAborted();
      const now = this.#now();
      if (this.#pausing !== undefined) {
        // A throttled call holds its neighbours from the moment it is known, not only once the pause is stored.
        await this.#pausing.catch(() => undefined);
      } else if (now < this.#notBefore) {
        // Everyone waits by themselves: one part's signal and deadline are not another's.
        await waitUntil(this.#ports.clock, this.#notBefore, want);
      } else if (this.#pool.calls > 0 && now < this.#pool.until) {
        this.#pool = { ...this.#pool, calls: this.#pool.calls - 1 };
        return this.#pool.follows;
      } else if (this.#leasing === undefined) {
        if (now > want.deadline) await waitUntil(this.#ports.clock, now + 1, want);
        await this.#leaseAlone(want.calls);
      } else {
        // One lease at a time for this process; whoever waited tries the pool again, and asks if that one failed.
        await this.#leasing.catch(() => undefined);
      }
    }
  }

  async pause(follows: Ticket, retryAfterMs: number | undefined): Promise<void> {
    const pausing = this.#pause(follows, retryAfterMs);
    this.#pausing = pausing;
    try {
      await pausing;
    } finally {
      // Several may be under way; the last one lets the others through.
      if (this.#pausing === pausing) this.#pausing = undefined;
    }
  }

  succeeded(ticket: Ticket): void {
    this.#good = Math.max(this.#good, ticket);
  }

  async #pause(follows: Ticket, retryAfterMs: number | undefined): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      const found = await this.#read();
      const state = paused(found.state, { now: this.#now(), good: this.#good, follows, retryAfterMs });
      if (state === found.state || (await this.#write(state, found))) {
        this.#rest(pauseOf(state, this.#now()) ?? 0);
        return;
      }
      await this.#ports.clock.sleep(this.#jitter(tries));
    }
  }

  async #leaseAlone(calls: number): Promise<void> {
    this.#leasing = this.#lease(calls);
    try {
      await this.#leasing;
    } finally {
      this.#leasing = undefined;
    }
  }

  /** Compare and swap, once: the pool is filled, or `#notBefore` says when to try again. */
  async #lease(calls: number): Promise<void> {
    const { lane, callsPerMinute } = this.#ports;
    const found = await this.#read();
    const now = this.#now();
    const granted = grant(found.state, { now, lane, callsPerMinute, calls, good: this.#good });
    if (granted === undefined) {
      // Replicas that wait for the same second must not all ask in the same instant.
      const late = Math.floor((WINDOW_MS / 2) * this.#ports.random());
      this.#rest(pauseOf(found.state, now) ?? freeAt(found.state, { now, lane, callsPerMinute }) + late);
    } else if (await this.#write(granted.state, found)) {
      this.#pool = granted.lease;
      this.#lost = 0;
    } else {
      this.#rest(this.#now() + this.#jitter(this.#lost));
      this.#lost += 1;
    }
  }

  #rest(until: number): void {
    this.#notBefore = Math.max(this.#notBefore, until);
  }

  async #read(): Promise<Found> {
    const object = await this.#ports.store.get(budgetKey(this.#ports.providerId));
    return object === undefined
      ? { state: EMPTY, etag: undefined }
      : { state: parseState(object.body), etag: object.etag };
  }

  async #write(state: State, { etag }: Found): Promise<boolean> {
    const condition = etag === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: etag };
    const body = new TextEncoder().encode(`${JSON.stringify(state)}\n`);
    const options = { ...condition, contentType: 'application/json' };
    return (await this.#ports.store.put(budgetKey(this.#ports.providerId), body, options)).stored;
  }

  /** How long the loser of a swap waits, milliseconds. */
  #jitter(lost: number): number {
    return Math.round(5 + 20 * Math.min(lost + 1, 10) * this.#ports.random());
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}
