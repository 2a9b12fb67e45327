import { backoffMs, type Clock, type Logger } from '@weatherline/runtime';
import { loadAll, type Loaded } from './load.ts';
import { demandDirectory, writeSecret } from './secret-files.ts';
import { reasonOf, type Session } from './session.ts';
import { VaultError } from './vault-error.ts';
import type { Wanted } from './wanted.ts';

export type InitOptions = {
  readonly wanted: readonly Wanted[];
  readonly directory: string;
  /** How long it goes on trying. */
  readonly timeoutMs: number;
  readonly session: Session;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly random: () => number;
  /** Every text that is loaded: from then on the log must not show it. */
  readonly keepSecret: (text: string) => void;
};

/** A pod starts in seconds, and Vault's sealed state ends in minutes. */
const BACKOFF = { firstMs: 250, capMs: 10_000 };

/**
 * Writes every wanted file, all or none, and ends its token.
 *
 * Whatever Vault answers is tried again until the time is over: a role or a secret that is not there may be on its
 * way, and the network policy of a new pod takes effect after its first packets. What is missing is logged when it
 * changes, so that nobody waits for the end to learn it.
 */
export async function initialise(options: InitOptions): Promise<void> {
  const { session, directory, log } = options;
  await demandDirectory(directory);
  try {
    const loaded = await loadPatiently(options);
    for (const { wanted, text, secret } of loaded) {
      await writeSecret(directory, wanted.file, text);
      log.info('secret written', { secret: wanted.file, version: secret.version });
    }
  } finally {
    await session.close();
  }
}

async function loadPatiently(options: InitOptions): Promise<Loaded[]> {
  const { wanted, timeoutMs, session, clock, log, signal, random, keepSecret } = options;
  const deadline = clock.now().getTime() + timeoutMs;
  let told = '';
  for (let tries = 0; ; tries += 1) {
    try {
      const loaded = await loadAll(wanted, async (path) => session.read(path));
      for (const { text } of loaded) keepSecret(text);
      return loaded;
    } catch (error) {
      signal.throwIfAborted();
      const waitMs = backoffMs(BACKOFF, tries, random);
      const leftMs = deadline - clock.now().getTime();
      if (!(error instanceof VaultError) || leftMs <= 0) throw error;
      const reason = reasonOf(error);
      if (reason !== told) log.warn('secrets not loaded yet', { reason, left_s: Math.ceil(leftMs / 1000) });
      told = reason;
      await clock.sleep(Math.min(waitMs, leftMs), signal);
    }
  }
}
