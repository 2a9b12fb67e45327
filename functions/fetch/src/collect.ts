import { instantText, type Failure, type Location, type Reading } from '@weatherline/events';
import {
  backoffMs,
  DependencyError,
  HaltError,
  PermanentError,
  ProviderError,
  type Clock,
  type WeatherProvider,
} from '@weatherline/runtime';
import type { Gate, Ticket } from './gate.ts';

/** The code of a location that there was no time to ask for; the only failure that another handling may mend. */
export const TIME_BUDGET = 'TIME_BUDGET';

const MAX_TRIES = 4;
const BACKOFF = { firstMs: 400, capMs: 5_000 };
const MAX_DETAIL = 200;

export type CollectPorts = {
  readonly provider: WeatherProvider;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly random: () => number;
  readonly concurrency: number;
  /** Unix milliseconds: what has no answer by then is a listed failure. */
  readonly deadline: number;
};

/** What became of the locations asked so far, in the order of the answers. */
export type Collected = { readonly readings: Reading[]; readonly failures: Failure[] };

export type Asked = { readonly locations: readonly Location[]; readonly slot: Date; readonly signal: AbortSignal };

type Asking = CollectPorts & {
  readonly slot: Date;
  readonly signal: AbortSignal;
  /** How many locations have no answer yet. */
  readonly open: () => number;
};

/**
 * Asks for every location that is not in `collected` yet, and adds it there: one that fails costs no other.
 *
 * When it throws, `collected` holds what was answered until then, so that nobody has to be asked for it again.
 */
export async function collect(
  ports: CollectPorts,
  collected: Collected,
  { locations, slot, signal }: Asked,
): Promise<void> {
  const { readings, failures } = collected;
  const done = new Set([...readings.map(({ location }) => location.id), ...failures.map(({ location }) => location)]);
  const queue = locations.filter(({ id }) => !done.has(id));
  let open = queue.length;
  const stop = new AbortController();
  const asking = { ...ports, slot, signal: AbortSignal.any([signal, stop.signal]), open: () => open };
  const errors: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const answer = await askOne(asking, next);
      if ('failure' in answer) failures.push(answer.failure);
      else readings.push(answer.reading);
      open -= 1;
    }
  };
  const guarded = async (): Promise<void> =>
    work().catch((error: unknown) => {
      errors.push(error);
      queue.length = 0;
      // A dependency that is away costs no call in flight; any other error concerns every location at once.
      if (!(error instanceof DependencyError)) stop.abort(error);
    });
  await Promise.all(Array.from({ length: Math.min(ports.concurrency, queue.length) }, guarded));
  if (errors.length > 0) throw errors.find((error) => !(error instanceof DependencyError)) ?? errors[0];
}

type Answer = { readonly reading: Reading } | { readonly failure: Failure };

async function askOne(asking: Asking, location: Location): Promise<Answer> {
  const { provider, gate, clock, random, deadline, slot, signal } = asking;
  let failures = 0;
  for (;;) {
    if (clock.now().getTime() >= deadline) return listed(location, TIME_BUDGET, 'no answer within the time to ask');
    const ticket = await gate.take({ calls: asking.open(), signal, deadline });
    try {
      const answer = await provider.read(location, slot, signal);
      gate.succeeded(ticket);
      return { reading: { location, collectedAt: instantText(clock.now()), ...answer } };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.fault === 'location') return listed(location, error.code, error.message);
      await concernsAll(gate, ticket, error);
      if (error.fault === 'throttled') continue;
      failures += 1;
      if (failures >= MAX_TRIES) return listed(location, error.code, error.message);
      await clock.sleep(backoffMs(BACKOFF, failures - 1, random), signal);
    }
  }
}

/** What a fault of the key means for the part: an error, or a pause before the next call of anyone. */
async function concernsAll(gate: Gate, ticket: Ticket, error: ProviderError): Promise<void> {
  const { fault, code, message: detail } = error;
  if (fault === 'key') throw new HaltError(code, detail, { cause: error });
  if (fault === 'subscription') throw new PermanentError(code, detail, { cause: error });
  if (fault === 'throttled') await gate.pause(ticket, error.retryAfterMs);
}

function listed(location: Location, code: string, detail: string): Answer {
  return { failure: { location: location.id, code, detail: detail.slice(0, MAX_DETAIL) } };
}
