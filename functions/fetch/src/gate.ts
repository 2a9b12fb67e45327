import { DependencyError, type Clock } from '@weatherline/runtime';
import { EMPTY, paused, pauseOf, type State } from './budget-state.ts';

export type Want = {
  /** How many calls the asker still has to make, this one among them. */
  readonly calls: number;
  readonly signal: AbortSignal;
  /** Unix milliseconds: who would have to wait longer gets a DependencyError. */
  readonly deadline: number;
};

/** The pause that a call comes after; tells a new pause from the one that its neighbours have already called for. */
export type Ticket = number;

/** Says when a provider may be called. */
export type Gate = {
  /** Resolves when one call may be made now. */
  take(want: Want): Promise<Ticket>;
  /** The provider throttled the call: nobody calls until the pause is over. */
  pause(ticket: Ticket, retryAfterMs: number | undefined): Promise<void>;
  /** The call went through: the next pause starts small again. */
  succeeded(ticket: Ticket): void;
};

/** Sleeps until `until`, or throws THROTTLED with the time to wait when that is past the deadline. */
export async function waitUntil(clock: Clock, until: number, { signal, deadline }: Want): Promise<void> {
  const now = clock.now().getTime();
  if (until > deadline) {
    throw new DependencyError('THROTTLED', 'the calls of this minute are spent, or the key is paused', {
      retryAfterMs: Math.max(1, until - now),
    });
  }
  await clock.sleep(until - now, signal);
}

/** The gate of a provider without a budget: always open, but for the pauses that this process was told to make. */
export class OpenGate implements Gate {
  readonly #clock: Clock;
  #state: State = EMPTY;
  #good = -1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async take(want: Want): Promise<Ticket> {
    for (;;) {
      const until = pauseOf(this.#state, this.#clock.now().getTime());
      if (until === undefined) return this.#state.pausedUntil;
      await waitUntil(this.#clock, until, want);
    }
  }

  async pause(follows: Ticket, retryAfterMs: number | undefined): Promise<void> {
    const now = this.#clock.now().getTime();
    this.#state = paused(this.#state, { now, good: this.#good, follows, retryAfterMs });
  }

  succeeded(ticket: Ticket): void {
    this.#good = Math.max(this.#good, ticket);
  }
}
