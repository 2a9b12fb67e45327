import {
  instantText,
  readingsKey,
  type Failure,
  type Location,
  type ReadingsFetched as Output,
  type RunRequested as Input,
} from '@weatherline/events';
import { PermanentError, type Clock, type Context } from '@weatherline/runtime';
import { collect, type Collected } from './collect.ts';
import { growMemo, inOrder, readPrevious, settleMemo } from './memo.ts';
import { Sources, type Source, type SourcePorts } from './sources.ts';
import { Unfinished } from './unfinished.ts';

export type AskerPorts = SourcePorts & {
  readonly concurrency: number;
  readonly timeBudgetMs: number;
};

type Handling = Pick<Context, 'log' | 'signal'>;

/** What one handling asks, and of whom. */
type Asking = {
  /** Names what is laid aside when the handling is given up. */
  readonly key: string;
  readonly source: Source;
  readonly collected: Collected;
  readonly locations: readonly Location[];
  readonly signal: AbortSignal;
};

/** Asks for what a part has no readings of, and stores what is answered. */
export class Asker {
  readonly #ports: AskerPorts;
  readonly #sources: Sources;
  readonly #unfinished = new Unfinished();

  constructor(ports: AskerPorts) {
    this.#ports = ports;
    this.#sources = new Sources(ports);
  }

  /** The readings of a part that has none. */
  async first(data: Input, { log, signal }: Handling): Promise<Output> {
    const { run, part, locations } = data;
    const { store, clock } = this.#ports;
    const key = readingsKey(run.id, part);
    const known = this.#unfinished.takeUp(key);
    // Whoever has answered for some of the part answers for the rest, or nobody does.
    const bound = known !== undefined && known.readings.length > 0 ? this.#sources.named(known.provider) : undefined;
    const source = bound ?? this.#sources.forSlot(data);
    const provider = source.provider.id;
    const collected = known?.provider === provider ? known : { readings: [], failures: [] };
    return this.#ask(data, { key, source, collected, locations, signal }, async (asked) => {
      const previous = await readPrevious(store, provider, data, log);
      await asked();
      if (collected.readings.length === 0) throw noReadings(collected.failures);
      const { readings, failures } = collected;
      const collectedAt = instantText(clock.now());
      return settleMemo(store, inOrder({ run, part, provider, collectedAt, readings, failures, previous }));
    });
  }

  /** The readings of a part with those that had failed, as far as they are answered now; the others stay listed. */
  async again(data: Input, memo: Output, handling: Handling & Pick<Asking, 'locations'>): Promise<Output> {
    const { locations, signal } = handling;
    const key = `${readingsKey(data.run.id, data.part)} again`;
    const source = this.#sources.again(memo.provider, data);
    const collected = this.#unfinished.takeUp(key) ?? { readings: [], failures: [] };
    return this.#ask(data, { key, source, collected, locations, signal }, async (asked) => {
      await asked();
      return growMemo(this.#ports.store, { ...memo, readings: collected.readings });
    });
  }

  /** Does `work`; if it has to be given up, keeps what was answered for the next handling. */
  async #ask(data: Input, asking: Asking, work: (asked: () => Promise<void>) => Promise<Output>): Promise<Output> {
    const { key, source, collected, locations, signal } = asking;
    const { clock, random, concurrency } = this.#ports;
    const { provider } = source;
    try {
      return await work(async () => {
        const deadline = deadlineOf(data, { ...this.#ports, provider });
        const asked = { locations, slot: new Date(data.run.slot), signal };
        await collect({ ...source, clock, random, concurrency, deadline }, collected, asked);
      });
    } catch (error) {
      if (!(error instanceof PermanentError)) this.#unfinished.layAside(key, { ...collected, provider: provider.id });
      throw error;
    }
  }
}

type Deadline = Pick<AskerPorts, 'provider' | 'timeBudgetMs'> & { readonly clock: Clock };

/** Nobody is asked for longer than one handling may take, nor about a slot that has ended meanwhile. */
function deadlineOf({ expiresAt }: Input, { provider, clock, timeBudgetMs }: Deadline): number {
  const deadline = clock.now().getTime() + timeBudgetMs;
  return provider.history ? deadline : Math.min(deadline, Date.parse(expiresAt));
}

function noReadings(failures: readonly Failure[]): PermanentError {
  const counts = new Map<string, number>();
  for (const { code } of failures) counts.set(code, (counts.get(code) ?? 0) + 1);
  const codes = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([code, count]) => `${code} (${count})`);
  return new PermanentError('NO_READINGS', `none of ${failures.length} locations has a reading: ${codes.join(', ')}`);
}
