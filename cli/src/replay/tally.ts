import { NO_COUNTS, type Counts, type Finding, type Outcome, type Progress } from './progress.ts';

export type Settled = { readonly outcome: Outcome; readonly records: number; readonly finding?: Finding };

/** What a checkpoint writes: everything before `settled` has ended, and is counted. */
export type Checkpoint = {
  readonly from: number;
  readonly settled: number;
  readonly records: number;
  readonly counts: Counts;
  /** Those of the items from `from` up to, not including, `settled`. */
  readonly findings: readonly Finding[];
};

/** Counts parts in the order of the plan, in whatever order they end: what stands in a checkpoint is never counted twice. */
export class Tally {
  readonly total: number;
  readonly #later = new Map<number, Settled>();
  #settled: number;
  #records: number;
  #counts: Counts;
  #lastFrom: number;
  #findings: Finding[] = [];

  constructor({ total, settled, records, counts }: Pick<Progress, 'total' | 'settled' | 'records' | 'counts'>) {
    this.total = total;
    this.#settled = settled;
    this.#records = records;
    this.#counts = { ...NO_COUNTS, ...counts };
    this.#lastFrom = settled;
  }

  /** Ended, in the order of the plan or not. */
  get ended(): number {
    return this.#settled + this.#later.size;
  }

  get counts(): Counts {
    return this.#counts;
  }

  has(index: number): boolean {
    return index < this.#settled || this.#later.has(index);
  }

  /** The first end of a part counts. */
  settle(index: number, end: Settled): void {
    if (this.has(index)) return;
    this.#later.set(index, end);
    for (let next = this.#later.get(this.#settled); next !== undefined; next = this.#later.get(this.#settled)) {
      this.#later.delete(this.#settled);
      this.#settled += 1;
      this.#records += next.records;
      this.#counts = { ...this.#counts, [next.outcome]: this.#counts[next.outcome] + 1 };
      if (next.finding !== undefined) this.#findings.push(next.finding);
    }
  }

  get isComplete(): boolean {
    return this.#settled === this.total;
  }

  checkpoint(): Checkpoint {
    // More may be found while this is written.
    const findings = [...this.#findings];
    const from = this.#lastFrom;
    return { from, settled: this.#settled, records: this.#records, counts: this.#counts, findings };
  }

  /** A checkpoint is written: the next one begins where it ended. */
  written({ settled, findings }: Checkpoint): void {
    this.#lastFrom = settled;
    this.#findings = this.#findings.slice(findings.length);
  }
}
