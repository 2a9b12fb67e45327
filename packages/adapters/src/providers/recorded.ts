import type { WeatherProvider } from '@weatherline/runtime';
import { createHttpCaller, type Timeouts, type WireAnswer } from './http-call.ts';
import { judge } from './judge.ts';
import { coordinates } from './openweather.ts';

/** Answers in OpenWeather's wire format without a network: the test kit's recorded upstream is one. */
export type Answerer = (query: URLSearchParams) => WireAnswer;

export type RecordedOptions = { readonly answer: Answerer } | { readonly url: string; readonly timeouts?: Timeouts };

/**
 * The recorded upstream as a provider: it is asked for a slot and says in a header how its answer was reconstructed.
 *
 * No budget applies to it, and it answers for any slot.
 */
export function createRecorded(options: RecordedOptions): WeatherProvider & AsyncDisposable {
  const caller = 'url' in options ? createHttpCaller(options.timeouts) : undefined;
  const ask = async (query: URLSearchParams, signal: AbortSignal): Promise<WireAnswer> => {
    if ('answer' in options) return options.answer(query);
    const address = new URL(`${options.url}/data/2.5/weather`);
    address.search = query.toString();
    if (caller === undefined) throw new Error('no caller');
    return caller.get(address, signal);
  };
  return {
    id: 'recorded',
    history: true,
    callsPerMinute: undefined,
    async read(location, slot, signal) {
      const dt = String(Math.floor(slot.getTime() / 1000));
      const query = new URLSearchParams({ ...coordinates(location), units: 'metric', appid: 'recorded', dt });
      const answer = await ask(query, signal);
      const body = judge(answer);
      const reconstruction = answer.headers['x-weatherline-reconstruction'];
      return { units: 'metric', body, ...(reconstruction === undefined ? {} : { reconstruction }) };
    },
    [Symbol.asyncDispose]: async () => caller?.[Symbol.dispose](),
  };
}
