import { backoffMs, type Clock, type Logger } from '@weatherline/runtime';
import { isAway } from '../session.ts';
import { VaultError } from '../vault-error.ts';

export type Patience = {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly random: () => number;
};

const BACKOFF = { firstMs: 500, capMs: 10_000 };

/**
 * Does a piece of work again while Vault is away: in the first seconds of a pod its packets are dropped, and a leader is
 * elected in seconds. What Vault decides is not asked again.
 */
export async function patiently<Result>(options: Patience, work: () => Promise<Result>): Promise<Result> {
  const { timeoutMs, clock, log, signal, random } = options;
  const deadline = clock.now().getTime() + timeoutMs;
  let told = '';
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const leftMs = deadline - clock.now().getTime();
      if (!(error instanceof VaultError) || !isAway(error) || leftMs <= 0) throw error;
      if (error.message !== told)
        log.warn('waiting for Vault', { reason: error.message, left_s: Math.ceil(leftMs / 1000) });
      told = error.message;
      await clock.sleep(Math.min(backoffMs(BACKOFF, tries, random), leftMs), signal);
    }
  }
}
