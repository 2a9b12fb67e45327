import {
  HISTORY_PROVIDERS,
  historyName,
  openConfiguredHistory,
  openConfiguredProvider,
  PROVIDER_SETTINGS,
  type HistoryId,
  type ProviderConfig,
} from '@weatherline/adapters/providers';
import {
  ProviderError,
  systemClock,
  type Environment,
  type ProviderFault,
  type WeatherProvider,
} from '@weatherline/runtime';
import { namesCluster } from '../cluster.ts';
import { fail, ok, skipped, warn, type Finding } from './check.ts';
import { locationsOf, providerOf, readSome } from './settings.ts';

/** What to do about a call that failed, where that hangs on what was asked. */
type Advice = Readonly<Record<Extract<ProviderFault, 'key' | 'subscription' | 'retry'>, string>>;

const TRY_AGAIN = 'try again; if it stays so, look at the way to the provider: network, proxy, name server';

/** One call about one place, with the key as it is now; nothing of the answer is kept. */
export async function checkProvider(env: Environment, signal: AbortSignal): Promise<Finding> {
  if (providerOf(env) === 'recorded') {
    return skipped(
      namesCluster(env) ? 'no provider is named here; fetch has its own' : 'the recorded upstream needs no key',
    );
  }
  const config: ProviderConfig = readSome(PROVIDER_SETTINGS, env);
  await using provider = openConfiguredProvider(config, env);
  const subscription = 'subscribe the key to Current Weather 2.5';
  const advice = { key: newKey(env), subscription, retry: TRY_AGAIN };
  return await askProvider(provider, { env, signal, advice, at: systemClock.now() });
}

/** One call about a past instant, which the plan of the key counts as any other. */
export async function checkPast(env: Environment, now: Date, signal: AbortSignal): Promise<Finding> {
  const config: ProviderConfig = readSome(PROVIDER_SETTINGS, env);
  const isRecorded = namesCluster(env) ? config.provider === 'recorded' : providerOf(env) === 'recorded';
  if (isRecorded) return skipped('the recorded upstream knows the past, too');
  const name = historyName(config);
  if (name === 'none')
    return skipped('slots that have ended are gaps: WEATHERLINE_HISTORY names who is asked about them');
  if (name === 'openweather-onecall' && config.openweatherKey === undefined) return withoutKey(namesCluster(env));
  await using provider = openConfiguredHistory(config, env);
  if (provider === undefined) return skipped('nobody is asked about the past');
  return await askProvider(provider, { env, signal, advice: pastAdvice(name, env), at: pastInstant(name, now) });
}

function withoutKey(isCluster: boolean): Finding {
  if (isCluster) return skipped('openweather-onecall needs a key, which only fetch has');
  const fix = 'set OPENWEATHER_API_KEY_FILE to a file that holds a key, or WEATHERLINE_HISTORY to open-meteo-archive';
  return fail('openweather-onecall needs a key, and there is none', fix);
}

function pastAdvice(name: HistoryId, env: Environment): Advice {
  const other = 'or set WEATHERLINE_HISTORY to open-meteo-archive or none';
  const url = name === 'openweather-onecall' ? 'WEATHERLINE_OPENWEATHER_URL' : 'WEATHERLINE_OPEN_METEO_ARCHIVE_URL';
  return {
    key: name === 'openweather-onecall' ? newKey(env) : `look at ${url}: Open-Meteo itself needs no key`,
    subscription: `subscribe the key to One Call by Call (One Call API 3.0), ${other}`,
    retry: `${TRY_AGAIN}, ${url}`,
  };
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A whole hour that the provider must know of: a day before the newest that it covers. */
function pastInstant(name: HistoryId, now: Date): Date {
  const newest = now.getTime() - HISTORY_PROVIDERS[name].reach.untilMsAgo - DAY_MS;
  return new Date(Math.floor(newest / HOUR_MS) * HOUR_MS);
}

function newKey(env: Environment): string {
  const file = env['OPENWEATHER_API_KEY_FILE'] ?? 'a file, and set OPENWEATHER_API_KEY_FILE to it';
  return `write a valid key into ${file}; a new key may take two hours to be accepted`;
}

type Question = {
  readonly env: Environment;
  readonly at: Date;
  readonly advice: Advice;
  readonly signal: AbortSignal;
};

async function askProvider(provider: WeatherProvider, question: Question): Promise<Finding> {
  const { env, at, advice, signal } = question;
  const [location] = locationsOf(env);
  if (location === undefined) return skipped('there is no location to ask about');
  const begun = performance.now();
  try {
    await provider.read(location, at, signal);
    return ok(`${provider.id} answers, ${Math.round(performance.now() - begun)} ms`);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const said = `${provider.id}: ${error.message}`;
    switch (error.fault) {
      case 'key':
      case 'subscription':
      case 'retry':
        return fail(said, advice[error.fault]);
      case 'throttled':
        return warn(said, 'wait a minute, and set WEATHERLINE_CALLS_PER_MINUTE to what the plan of the key allows');
      case 'location':
        return warn(
          `${said}; asked about ${location.id}`,
          `correct the place of ${location.id} in WEATHERLINE_LOCATIONS`,
        );
    }
  }
}

/** Whom the clock is compared with when there is no store: whoever is asked for the weather. */
export function providerAddress(env: Environment): { readonly than: string; readonly address: string } | undefined {
  const name = providerOf(env);
  if (name === 'recorded') return undefined;
  const { openweatherUrl, openMeteoUrl } = readSome(
    { openweatherUrl: PROVIDER_SETTINGS.openweatherUrl, openMeteoUrl: PROVIDER_SETTINGS.openMeteoUrl },
    env,
  );
  return { than: name, address: name === 'openweather' ? openweatherUrl : openMeteoUrl };
}
