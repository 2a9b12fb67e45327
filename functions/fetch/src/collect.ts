import { instantText, type Failure, type Location, type Reading } from '@weatherline/events';
import {
  backoffMs,
  HaltError,
  PermanentError,
  ProviderError,
  type Clock,
  type WeatherProvider,
} from '@weatherline/runtime';
import type { Budget } from './budget.ts';

const MAX_TRIES = 4;
const BACKOFF = { firstMs: 400, capMs: 5_000 };
/** How long a provider without a budget rests after it throttled us. */
const REST_MS = 60_000;

export type CollectPorts = {
  readonly provider: WeatherProvider;
  readonly budget: Budget | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly concurrency: number;
  /** Unix milliseconds: what has no answer by then is a listed failure. */
  readonly deadline: number;
};

export type Collected = { readonly readings: Reading[]; readonly failures: Failure[] };

/** Asks for every location, each on its own: one that fails costs no other. */
export async function collect(
  ports: CollectPorts,
  locations: readonly Location[],
  slot: Date,
  signal: AbortSignal,
): Promise<Collected> {
  const collected: Collected = { readings: [], failures: [] };
  // The first error that concerns every location stops the others at once.
  const stop = new AbortController();
  const asking = AbortSignal.any([signal, stop.signal]);
  const queue = locations.values();
  const work = async (): Promise<void> => {
    for (const location of queue) {
      const answer = await askOne(ports, location, slot, asking);
      if ('failure' in answer) collected.failures.push(answer.failure);
      else collected.readings.push(answer.reading);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(ports.concurrency, locations.length) }, work));
  } catch (error) {
    stop.abort(error);
    throw error;
  }
  collected.readings.sort((a, b) => (a.location.id < b.location.id ? -1 : 1));
  collected.failures.sort((a, b) => (a.location < b.location ? -1 : 1));
  return collected;
}

type Answer = { readonly reading: Reading } | { readonly failure: Failure };

async function askOne(ports: CollectPorts, location: Location, slot: Date, signal: AbortSignal): Promise<Answer> {
  const { provider, budget, clock, random, deadline } = ports;
  let failures = 0;
  for (;;) {
    if (clock.now().getTime() >= deadline)
      return failed(location, 'TIME_BUDGET', 'no answer within the time of one handling');
    await budget?.take(signal, deadline);
    try {
      const answer = await provider.read(location, slot, signal);
      budget?.succeeded();
      return { reading: { location, collectedAt: instantText(clock.now()), ...answer } };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const listed = await settle(ports, error, location, signal);
      if (listed !== undefined) return listed;
      if (error.fault === 'throttled') continue;
      failures += 1;
      if (failures >= MAX_TRIES) return failed(location, error.code, error.message);
      await clock.sleep(backoffMs(BACKOFF, failures - 1, random), signal);
    }
  }
}

/** What one failed call means: a listed failure, an error for the whole part, or (undefined) another try. */
async function settle(
  { budget, clock }: CollectPorts,
  error: ProviderError,
  location: Location,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  switch (error.fault) {
    case 'location':
      return failed(location, error.code, error.message);
    case 'key':
      throw new HaltError(error.code, error.message, { cause: error });
    case 'subscription':
      throw new PermanentError(error.code, error.message, { cause: error });
    case 'throttled':
      if (budget === undefined) await clock.sleep(error.retryAfterMs ?? REST_MS, signal);
      else await budget.pause(error.retryAfterMs);
      return undefined;
    case 'retry':
      return undefined;
  }
}

function failed(location: Location, code: string, detail: string): Answer {
  return { failure: { location: location.id, code, detail: detail.slice(0, 200) } };
}
