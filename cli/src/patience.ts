import { backoffMs, DependencyError, type Clock } from '@weatherline/runtime';

const BACKOFF = { firstMs: 200, capMs: 5_000 };
/** Longer than brokers and stores take to be replaced. */
const PATIENCE_MS = 5 * 60_000;

export type Patience = {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told why it is tried again. */
  readonly waiting?: (cause: DependencyError) => void;
};

/** Does what needs a dependency, again and again while that cannot serve; after five minutes its error is thrown. */
export async function patiently<Result>(
  { clock, signal, waiting }: Patience,
  work: () => Promise<Result>,
): Promise<Result> {
  const until = clock.now().getTime() + PATIENCE_MS;
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DependencyError) || signal.aborted || clock.now().getTime() > until) throw error;
      waiting?.(error);
      await clock.sleep(error.retryAfterMs ?? backoffMs(BACKOFF, tries, Math.random), signal).catch(() => undefined);
    }
  }
}
