import type { Location, RunRequested } from '@weatherline/events';
import { ProviderError, type Clock, type Context, type ObjectStore, type WeatherProvider } from '@weatherline/runtime';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
export const context: Context = { log: silent, attempt: 1, signal: new AbortController().signal };

export function places(...ids: readonly string[]): Location[] {
  return ids.map((id, at) => ({ id, name: id, lat: at, lon: at }));
}

export function requested(locations: readonly Location[], change: Partial<RunRequested> = {}): RunRequested {
  return {
    run: { id: '20261123T060000Z', slot: '2026-11-23T06:00:00Z', reason: 'schedule' },
    part: { index: 1, count: 1 },
    locations: [...locations],
    previousSlot: '2026-11-23T00:00:00Z',
    expiresAt: '2026-11-23T12:00:00Z',
    ...change,
  };
}

export type Scripted = WeatherProvider & { readonly calls: string[] };

/** Answers each call of a place with the next entry of its script; the last one stays. */
export function scriptedProvider(
  script: Readonly<Record<string, readonly (ProviderError | string)[]>> = {},
  options: Partial<Pick<WeatherProvider, 'history' | 'callsPerMinute' | 'id' | 'budgetId' | 'reach'>> = {},
): Scripted {
  const calls: string[] = [];
  return {
    id: 'openweather',
    history: false,
    callsPerMinute: undefined,
    ...options,
    calls,
    async read({ id }) {
      const turn = calls.filter((called) => called === id).length;
      calls.push(id);
      const answers = script[id] ?? [`{"name":"${id}"}`];
      const answer = answers[Math.min(turn, answers.length - 1)] ?? '{}';
      if (typeof answer !== 'string') throw answer;
      return { units: 'metric', body: answer };
    },
  };
}

export function fault(kind: ProviderError['fault'], code: string): ProviderError {
  return new ProviderError(kind, code, `the provider said ${code}`);
}

/** A store that answers after `latencyMs` on the given clock, before and after it has acted. */
export function slowStore(store: ObjectStore, clock: Clock, latencyMs: () => number): ObjectStore {
  const slowly = async <Result>(act: () => Promise<Result>): Promise<Result> => {
    await clock.sleep(Math.floor(latencyMs()));
    const result = await act();
    await clock.sleep(Math.floor(latencyMs()));
    return result;
  };
  return {
    get: async (key) => slowly(async () => store.get(key)),
    head: async (key) => slowly(async () => store.head(key)),
    put: async (key, body, options) => slowly(async () => store.put(key, body, options)),
    list: async (options) => slowly(async () => store.list(options)),
    [Symbol.asyncDispose]: async () => {},
  };
}
