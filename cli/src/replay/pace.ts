import type { Clock, LogReader } from '@weatherline/runtime';
import { CHAIN_GROUPS, sumOf } from '../chain-groups.ts';

export type PaceOptions = {
  readonly log: Pick<LogReader, 'lag'>;
  readonly clock: Clock;
  /** Parts a second. */
  readonly rate: number;
  readonly signal: AbortSignal;
};

const LIVE = CHAIN_GROUPS.filter(({ lane }) => lane === 'live');
const LOOK_EVERY_MS = 500;
/** A live lane that is stuck must not stop a replay for ever. */
const GIVE_WAY_MS = 60_000;
const TRICKLE = 0.1;
const WAIT_MS = 50;
/** What a late timer may make up for. */
const CATCH_UP_MS = 100;

/** How fast parts are asked for: at most the rate, and not while live events wait. */
export class Pace {
  readonly #options: PaceOptions;
  #nextAt = 0;
  #waitingSince: number | undefined;
  #hasLooked = false;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /** Why it is slower than its rate just now. */
  get note(): string | undefined {
    if (this.#waitingSince === undefined) return undefined;
    return this.#isTrickling()
      ? 'live events have waited for a minute: a tenth of the rate'
      : 'gives way to live events';
  }

  /** Resolves when so many parts may be asked for; false = it was stopped. */
  async take(parts: number): Promise<boolean> {
    const { clock, rate, signal } = this.#options;
    while (!signal.aborted) {
      const now = clock.now().getTime();
      const mayGo = this.#hasLooked && (this.#waitingSince === undefined || this.#isTrickling());
      if (mayGo && now >= this.#nextAt) {
        const allowed = this.#waitingSince === undefined ? rate : rate * TRICKLE;
        this.#nextAt = Math.max(this.#nextAt, now - CATCH_UP_MS) + (parts / allowed) * 1000;
        return true;
      }
      const wait = mayGo ? Math.min(this.#nextAt - now, LOOK_EVERY_MS) : WAIT_MS;
      await clock.sleep(wait, signal).catch(() => undefined);
    }
    return false;
  }

  /** Looks at the live lane until it is stopped. */
  async watch(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      const lag = await this.#liveLag();
      if (lag === 0) this.#waitingSince = undefined;
      else if (lag !== undefined) this.#waitingSince ??= clock.now().getTime();
      this.#hasLooked = true;
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  #isTrickling(): boolean {
    return this.#waitingSince !== undefined && this.#options.clock.now().getTime() - this.#waitingSince > GIVE_WAY_MS;
  }

  /** Undefined = it cannot be told just now, which changes nothing. */
  async #liveLag(): Promise<number | undefined> {
    try {
      const lags = await Promise.all(LIVE.map(async ({ group, topic }) => this.#options.log.lag(group, topic)));
      return lags.reduce((sum, partitions) => sum + sumOf(partitions), 0);
    } catch {
      return undefined;
    }
  }
}
