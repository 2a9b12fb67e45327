import { slotId, type Location } from '@weatherline/events';
import { ProviderError, type Clock, type WeatherProvider } from '@weatherline/runtime';
import type { UpstreamCall } from '../invariants/index.ts';
import { pass, type Passage } from './passage.ts';

/** What an upstream answers: as it should, or `ProviderFault`s, or bodies that are no answer, or a bug of ours. */
export type UpstreamAnswer = 'good' | 'throttled' | 'unavailable' | 'garbage' | 'missing' | 'key' | 'bug';

export type UpstreamOptions = {
  readonly clock: Clock;
  readonly callsPerMinute: number | undefined;
  readonly history?: boolean;
  /** Drawn for every call. */
  readonly answer: (location: Location, slot: Date) => UpstreamAnswer;
  /** What a throttled call is asked to wait. */
  readonly retryAfterMs?: () => number | undefined;
  /** A key that no log, event or object may ever show; it is in the cause of every error. */
  readonly key: string;
};

type Answered = { readonly location: string; readonly runId: string; readonly answer: UpstreamAnswer };

export type Upstream = {
  readonly calls: readonly (UpstreamCall & Answered)[];
  /** Spans in which a throttled key had to rest. */
  readonly rests: readonly { readonly from: number; readonly until: number }[];
  /** The provider as one process sees it. */
  provider(passage: Passage): WeatherProvider;
};

/** A provider in memory that never gives the same answer twice, and keeps a ledger. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { clock, callsPerMinute, history = false, answer } = options;
  const calls: (UpstreamCall & Answered)[] = [];
  const rests: { from: number; until: number }[] = [];
  const read = (location: Location, slot: Date): Awaited<ReturnType<WeatherProvider['read']>> => {
    const at = clock.now().getTime();
    const said = answer(location, slot);
    calls.push({ at, location: location.id, runId: slotId(slot), answer: said });
    const wait = said === 'throttled' ? options.retryAfterMs?.() : undefined;
    if (said === 'throttled') rests.push({ from: at, until: at + Math.max(60_000, wait ?? 0) });
    if (said !== 'good' && said !== 'garbage') throw errorOf(said, options.key, wait);
    const body = said === 'good' ? bodyOf(location, at, calls.length) : '{"cod":200,"main":null}';
    return { units: 'metric', body };
  };
  return {
    calls,
    rests,
    provider: (passage) => ({
      id: 'openweather',
      history,
      callsPerMinute,
      read: async (location, slot) => pass(passage, 'upstream.read', async () => read(location, slot)),
    }),
  };
}

function errorOf(said: Exclude<UpstreamAnswer, 'good' | 'garbage'>, key: string, wait: number | undefined): Error {
  if (said === 'bug') return new TypeError('the code has a bug');
  const cause = new Error(`GET https://upstream.invalid/data?appid=${key}`);
  const of = {
    throttled: ['throttled', 'HTTP_429'],
    unavailable: ['retry', 'HTTP_503'],
    missing: ['location', 'HTTP_404'],
    key: ['key', 'HTTP_401'],
  } as const;
  const [fault, code] = of[said];
  const asked = wait !== undefined ? { retryAfterMs: wait } : {};
  return new ProviderError(fault, code, `the upstream said ${code}`, { cause, ...asked });
}

/** OpenWeather's wire format; the temperature tells the calls apart. */
function bodyOf({ lat, lon, name }: Location, at: number, call: number): string {
  const temp = 10 + (call % 1000) / 100;
  return JSON.stringify({
    coord: { lon, lat },
    weather: [{ id: 801, main: 'Clouds', description: 'few clouds', icon: '02d' }],
    main: { temp, feels_like: temp - 1, temp_min: temp, temp_max: temp, pressure: 1008, humidity: 67 },
    visibility: 10_000,
    wind: { speed: 5.7, deg: 250 },
    clouds: { all: 12 },
    dt: Math.floor(at / 1000) - 60,
    sys: { country: 'SE' },
    timezone: 0,
    name,
    cod: 200,
  });
}
