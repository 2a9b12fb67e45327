import type { Logger } from '@weatherline/runtime';

/** What a run did: `created` was missing, `set back` was other than declared, `removed` was declared nowhere. */
export type Deed = 'created' | 'set back' | 'removed';

/** Tells every change as it is made, and counts them. */
export class Ledger {
  readonly #log: Logger;
  readonly #counts: Record<Deed, number> = { created: 0, 'set back': 0, removed: 0 };

  constructor(log: Logger) {
    this.#log = log;
  }

  get changes(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }

  /** `fields` names what differed, never its value. */
  did(deed: Deed, what: string, differing: readonly string[] = []): void {
    this.#counts[deed] += 1;
    // Somebody changed it beside us, or it is new: the first is worth a look, the second is not.
    const level = deed === 'created' ? 'info' : 'warn';
    this.#log[level](`configuration ${deed}`, { what, ...(differing.length === 0 ? {} : { differing }) });
  }

  /** There, and declared nowhere; taking it away could take secrets along. */
  left(what: string): void {
    this.#log.warn('not in the configuration, left alone', { what });
  }

  finish(): void {
    const { created, removed, 'set back': setBack } = this.#counts;
    if (this.changes === 0) this.#log.info('configuration is as declared, nothing changed');
    else this.#log.info('configuration applied', { created, set_back: setBack, removed });
  }
}
