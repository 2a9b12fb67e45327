import { backoffMs, DependencyError, type Clock } from '@weatherline/runtime';
import { Failure } from './failure.ts';

const BACKOFF = { firstMs: 200, capMs: 5_000 };
/** Longer than brokers and stores take to be replaced. */
const PATIENCE_MS = 5 * 60_000;

/** The owner of a data directory has gone while it was asked: another one may come, or this process may become it. */
export class OwnerGone extends Failure {}

export type Patience = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly forMs?: number;
  /** Told why it is tried again. */
  readonly waiting?: (cause: Error) => void;
};

/** Waits between tries of what needs a dependency, ever longer; at its end the error is thrown that it was told of. */
export class Waits {
  readonly #patience: Patience;
  #tries = 0;
  #until: number | undefined;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  async after(failure: unknown): Promise<void> {
    const { clock, signal, waiting, forMs = PATIENCE_MS } = this.#patience;
    const now = clock.now().getTime();
    this.#until ??= now + forMs;
    if (!mayPass(failure) || signal.aborted || now > this.#until) throw failure;
    waiting?.(failure);
    const retryAfterMs = failure instanceof DependencyError ? failure.retryAfterMs : undefined;
    await clock.sleep(retryAfterMs ?? backoffMs(BACKOFF, this.#tries, Math.random), signal).catch(() => undefined);
    this.#tries += 1;
  }

  /** It works again: the next failure is a first one. */
  passed(): void {
    this.#until = undefined;
    this.#tries = 0;
  }
}

/** Does what needs a dependency, again and again while that cannot serve; after five minutes its error is thrown. */
export async function patiently<Result>(patience: Patience, work: () => Promise<Result>): Promise<Result> {
  const waits = new Waits(patience);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      await waits.after(error);
    }
  }
}

function mayPass(error: unknown): error is DependencyError | OwnerGone {
  return error instanceof DependencyError || error instanceof OwnerGone;
}
