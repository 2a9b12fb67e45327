import type { Clock } from '@weatherline/runtime';
import { writeFindings, type FindingsPorts } from './findings.ts';
import type { Ledger } from './ledger.ts';
import type { Progress } from './progress.ts';
import { Tally } from './tally.ts';

/** A fault that hits every part must not fill the dead letters with a year. */
const MAX_FAILED = 10;
const MAX_FAILED_SHARE = 0.01;

/** What one holder counts and writes down. */
export class Books {
  readonly tally: Tally;
  readonly #ports: FindingsPorts & { readonly clock: Pick<Clock, 'now'> };
  readonly #ledger: Ledger;
  readonly #begunAt: number;
  readonly #before: Progress;

  constructor(ports: FindingsPorts & { readonly clock: Pick<Clock, 'now'> }, ledger: Ledger) {
    this.tally = new Tally(ledger.progress);
    this.#ports = ports;
    this.#ledger = ledger;
    this.#begunAt = ports.clock.now().getTime();
    this.#before = ledger.progress;
  }

  get progress(): Progress {
    return this.#ledger.progress;
  }

  /** Nobody else may run the replay just now. */
  get isHeld(): boolean {
    return this.#ledger.isHeld;
  }

  /** Of what this holder has begun; an earlier one's dead letters were seen by whoever resumed it. */
  get hasTooManyFailures(): boolean {
    const failed = this.tally.counts.failed - this.#before.counts.failed;
    return failed > Math.max(MAX_FAILED, (this.tally.ended - this.#before.settled) * MAX_FAILED_SHARE);
  }

  /** Writes how far it is; findings first, so that what is counted can be read. */
  async checkpoint(state?: Progress['state']): Promise<void> {
    const checkpoint = this.tally.checkpoint();
    await writeFindings(this.#ports, this.progress, checkpoint);
    const { settled, records, counts } = checkpoint;
    const active = this.#ports.clock.now().getTime() - this.#begunAt;
    // A clock may be set back.
    const active_ms = this.#before.active_ms + Math.max(0, active);
    await this.#ledger.save({ settled, records, counts, active_ms, ...(state === undefined ? {} : { state }) });
    this.tally.written(checkpoint);
  }
}
