import type { Check, Clock, Logger } from '@weatherline/runtime';
import { loadAll } from './load.ts';
import type { RefreshMetrics, RefreshResult } from './metrics.ts';
import { exists, holds, writeSecret } from './secret-files.ts';
import { reasonOf, type Session } from './session.ts';
import type { Wanted } from './wanted.ts';

export type RefreshOptions = {
  readonly wanted: readonly Wanted[];
  readonly directory: string;
  readonly everyMs: number;
  readonly session: Session;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: RefreshMetrics;
  readonly random: () => number;
  /** Every text that is loaded: from then on the log must not show it. */
  readonly keepSecret: (text: string) => void;
};

/** Keeps the files as Vault has them. While Vault is away the files stay: they are good. */
export class Refresher {
  readonly #options: RefreshOptions;
  /** Why the last look failed. */
  #trouble: string | undefined;

  constructor(options: RefreshOptions) {
    this.#options = options;
  }

  /** Looks again and again until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { everyMs, clock, random } = this.#options;
    while (!signal.aborted) {
      await this.look(signal);
      // Pods that started together drift apart; none waits longer than was said.
      await clock.sleep(everyMs * (0.8 + 0.2 * random()), signal).catch(() => undefined);
    }
  }

  /** One look at Vault. Logs when things change, not each time. */
  async look(signal?: AbortSignal): Promise<void> {
    const { log, metrics } = this.#options;
    try {
      metrics.refreshed(await this.#load());
      if (this.#trouble !== undefined) log.info('secrets are refreshed again');
      this.#trouble = undefined;
    } catch (error) {
      if (signal?.aborted === true) return;
      metrics.refreshed('failed');
      const reason = reasonOf(error);
      if (reason !== this.#trouble) log.warn('secrets not refreshed, the files stay as they are', { reason });
      this.#trouble = reason;
    }
  }

  /** Ready as soon as every file is there; degraded while Vault is away. */
  async checks(): Promise<readonly Check[]> {
    const { wanted, directory } = this.#options;
    const checks = wanted.map(async ({ file }) => ({ name: file, ok: await exists(directory, file) }));
    const isAway = this.#trouble !== undefined;
    const vault = { name: 'vault', ok: true, degraded: isAway, ...(isAway ? { detail: this.#trouble } : {}) };
    return [...(await Promise.all(checks)), vault];
  }

  async #load(): Promise<RefreshResult> {
    const { wanted, directory, session, clock, log, metrics, keepSecret } = this.#options;
    const loaded = await loadAll(wanted, async (path) => session.read(path));
    let result: RefreshResult = 'unchanged';
    for (const { wanted: one, text, secret } of loaded) {
      keepSecret(text);
      if (!(await holds(directory, one.file, text))) {
        await writeSecret(directory, one.file, text);
        result = 'rewritten';
        log.info('secret rewritten', { secret: one.file, version: secret.version });
      }
      metrics.loaded(one.file, clock.now(), secret.createdAt);
    }
    return result;
  }
}
