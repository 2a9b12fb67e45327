import { plainLine } from './plain-text.ts';
import type { State } from './progress-line.ts';

export type Measured = { readonly label: string; readonly total: number; readonly unit: string };

/** The rate is that of the last half minute: what was fast an hour ago says nothing about now. */
const RATE_OVER_MS = 30_000;
const SAMPLE_EVERY_MS = 500;

/** What is done of how much, and how fast. */
export class Meter {
  readonly now: () => number;
  readonly #options: Measured;
  #samples: { readonly at: number; readonly done: number }[];
  #done = 0;
  #note = '';

  constructor(options: Measured, now: () => number) {
    this.#options = options;
    this.now = now;
    this.#samples = [{ at: now(), done: 0 }];
  }

  update(done: number, note = ''): void {
    this.#done = amountOf(done);
    this.#note = note === '' ? '' : plainLine(note);
    const at = this.now();
    if (at - (this.#samples.at(-1)?.at ?? 0) < SAMPLE_EVERY_MS) return;
    const old = this.#samples.findLastIndex((sample) => at - sample.at >= RATE_OVER_MS);
    this.#samples = [...this.#samples.slice(Math.max(0, old)), { at, done: this.#done }];
  }

  state(): State {
    const { label, total, unit } = this.#options;
    const [first = { at: 0, done: 0 }] = this.#samples;
    const seconds = (this.now() - first.at) / 1000;
    const rate = seconds < 0.5 || this.#done <= first.done ? undefined : (this.#done - first.done) / seconds;
    return { label, unit, done: this.#done, total: amountOf(total), rate, note: this.#note };
  }
}

/** What can be counted: no amount is negative, and none is more than a number can tell. */
function amountOf(value: number): number {
  return Number.isNaN(value) ? 0 : Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, value));
}
