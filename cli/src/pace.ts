import type { Clock } from '@weatherline/runtime';

/** Lets so many through a second: the next batch waits until the ones before have had their time. */
export class Pace {
  /** No batch is larger than this, nor than what may go in a second. */
  readonly most: number;
  readonly #rate: number;
  readonly #clock: Clock;
  #freeAt: number;

  constructor({ rate, most, clock }: { readonly rate: number; readonly most: number; readonly clock: Clock }) {
    this.most = Math.max(1, Math.min(most, Math.floor(rate)));
    this.#rate = rate;
    this.#clock = clock;
    this.#freeAt = clock.now().getTime();
  }

  /** Resolves when that many may go, or when the signal aborts. */
  async take(amount: number, signal?: AbortSignal): Promise<void> {
    const now = this.#clock.now().getTime();
    const wait = this.#freeAt - now;
    this.#freeAt = Math.max(now, this.#freeAt) + (amount / this.#rate) * 1000;
    if (wait > 0) await this.#clock.sleep(wait, signal).catch(() => undefined);
  }
}
