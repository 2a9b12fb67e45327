import { parseLocations } from '@weatherline/events';
import { parseSchedule } from '@weatherline/events/schedule';
import type { Setting } from './config.ts';

const DURATION = /^(\d+)(ms|s|m|h|d)$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `250ms`, `10s`, `5m`, `6h`, `14d` in milliseconds. */
export function duration(text: string): number {
  const [, digits, unit = ''] = DURATION.exec(text.trim()) ?? [];
  const factor = UNIT_MS[unit];
  if (digits === undefined || factor === undefined) {
    throw new RangeError(`expected a duration such as 30s or 10m, got '${text}'`);
  }
  return Number(digits) * factor;
}

/** A whole number within bounds. */
export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || text.trim() === '' || value < min || value > max) {
      throw new RangeError(`expected a whole number from ${min} to ${max}, got '${text}'`);
    }
    return value;
  };
}

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw new RangeError(`expected one of ${choices.join(', ')}, got '${text}'`);
    return found;
  };
}

const trueOrFalse = oneOf('true', 'false');

export function flag(text: string): boolean {
  return trueOrFalse(text) === 'true';
}

export function httpUrl(text: string): string {
  const url = URL.parse(text);
  // The text is not repeated: a person may have put a key into it.
  if (url === null || !/^https?:$/.test(url.protocol)) throw new RangeError('expected an http or https address');
  if (url.search !== '' || url.username !== '') throw new RangeError('expected an address without query or user');
  return text.replace(/\/$/, '');
}

/** Settings that more than one deployable reads. */
export const COMMON = {
  schedule: {
    env: 'WEATHERLINE_SCHEDULE',
    doc: 'When slots are, as a UTC cron expression',
    fallback: '0 */6 * * *',
    parse: parseSchedule,
  },
  locations: {
    env: 'WEATHERLINE_LOCATIONS',
    doc: 'The places to collect, as a JSON array of {id, name, lat, lon, elevation?, country?, timezone?}',
    optional: true,
    parse: parseLocations,
  },
  partSize: {
    env: 'WEATHERLINE_PART_SIZE',
    doc: 'How many locations one event carries at most',
    fallback: '50',
    parse: whole(1, 50),
  },
  httpHost: {
    env: 'WEATHERLINE_HTTP_HOST',
    doc: 'The address that the gateway listens on',
    fallback: '::',
    parse: String,
  },
  httpPort: {
    env: 'WEATHERLINE_HTTP_PORT',
    doc: 'The port of the gateway; 0 = any free one',
    fallback: '8080',
    parse: whole(0, 65_535),
  },
  infraPort: {
    env: 'WEATHERLINE_INFRA_PORT',
    doc: 'The port of health, metrics and version; 0 = any free one',
    fallback: '9090',
    parse: whole(0, 65_535),
  },
  logLevel: {
    env: 'WEATHERLINE_LOG_LEVEL',
    doc: 'The least level that is logged: debug, info, warn or error',
    fallback: 'info',
    parse: oneOf('debug', 'info', 'warn', 'error'),
  },
  provider: {
    env: 'WEATHERLINE_PROVIDER',
    doc: 'Who is asked: recorded, openweather or open-meteo. Default: openweather when there is a key, else recorded',
    optional: true,
    parse: oneOf('recorded', 'openweather', 'open-meteo'),
  },
  history: {
    env: 'WEATHERLINE_HISTORY',
    doc: 'Who is asked about slots that have ended: none, openweather-onecall (its own subscription, priced by call) or open-meteo-archive. Default: open-meteo-archive with open-meteo, else none',
    optional: true,
    parse: oneOf('none', 'openweather-onecall', 'open-meteo-archive'),
  },
  openweatherKey: {
    env: 'OPENWEATHER_API_KEY',
    doc: 'The OpenWeather key; better in a file, by OPENWEATHER_API_KEY_FILE',
    optional: true,
    secret: true,
    parse: String,
  },
  openweatherUrl: {
    env: 'WEATHERLINE_OPENWEATHER_URL',
    doc: 'The address of OpenWeather, or of a stand-in',
    fallback: 'https://api.openweathermap.org',
    parse: httpUrl,
  },
  openMeteoUrl: {
    env: 'WEATHERLINE_OPEN_METEO_URL',
    doc: 'The address of Open-Meteo, or of a stand-in',
    fallback: 'https://api.open-meteo.com',
    parse: httpUrl,
  },
  openMeteoArchiveUrl: {
    env: 'WEATHERLINE_OPEN_METEO_ARCHIVE_URL',
    doc: 'The address of the archive of Open-Meteo, or of a stand-in',
    fallback: 'https://archive-api.open-meteo.com',
    parse: httpUrl,
  },
  callsPerMinute: {
    env: 'WEATHERLINE_CALLS_PER_MINUTE',
    doc: "The calls a minute that the key's plan allows, over everything that uses the key",
    fallback: '60',
    parse: whole(2, 100_000),
  },
  recordedDt: {
    env: 'WEATHERLINE_RECORDED_DT',
    doc: 'true = the recorded upstream leaves dt, sunrise and sunset as they were recorded',
    fallback: 'false',
    parse: flag,
  },
} as const satisfies Record<string, Setting<unknown>>;

/** Variables of the gateway alone, whose table is there: known to every deployable, because one environment may serve all. */
export const GATEWAY_VARIABLES: readonly string[] = [
  'WEATHERLINE_RATE_LIMIT',
  'WEATHERLINE_TRUSTED_PROXIES',
  'WEATHERLINE_API_KEYS',
  'WEATHERLINE_JWT_ISSUER',
  'WEATHERLINE_JWT_AUDIENCE',
  'WEATHERLINE_JWT_JWKS_URL',
  'WEATHERLINE_JWT_ALGORITHMS',
  'WEATHERLINE_CORS_ORIGINS',
];

/** Variables of secrets-init alone, whose table is there. */
export const SECRETS_INIT_VARIABLES: readonly string[] = [
  'WEATHERLINE_VAULT_ADDR',
  'WEATHERLINE_VAULT_CA',
  'WEATHERLINE_VAULT_ROLE',
  'WEATHERLINE_VAULT_MOUNT',
  'WEATHERLINE_VAULT_JWT',
  'WEATHERLINE_VAULT_SECRETS',
  'WEATHERLINE_SECRETS_DIRECTORY',
  'WEATHERLINE_SECRETS_REFRESH',
  'WEATHERLINE_VAULT_TIMEOUT',
];

/** Variables of vault-admin alone, whose tables are in secrets-init. */
export const VAULT_ADMIN_VARIABLES: readonly string[] = [
  'WEATHERLINE_VAULT_PEERS',
  'WEATHERLINE_VAULT_RECOVERY_PGP_KEYS',
  'WEATHERLINE_VAULT_ROOT_PGP_KEY',
  'WEATHERLINE_VAULT_CONFIGURATION',
  'WEATHERLINE_VAULT_ENVIRONMENT',
  'WEATHERLINE_VAULT_ROOT_TOKEN_PATH',
  'WEATHERLINE_VAULT_SNAPSHOT_SCHEDULE',
  'WEATHERLINE_VAULT_SNAPSHOT_BUCKET',
  'WEATHERLINE_VAULT_SNAPSHOT_PREFIX',
  'WEATHERLINE_VAULT_SNAPSHOT_DIRECTORY',
];

/** Settings of the gateway. */
export const GATEWAY = {
  drainDelayMs: {
    env: 'WEATHERLINE_DRAIN_DELAY',
    doc: 'How long the gateway goes on serving after it is asked to stop, while routes to it are taken away',
    fallback: '5s',
    parse: duration,
  },
  presign: {
    env: 'WEATHERLINE_PRESIGN',
    doc: "false = download leads to the gateway's own content, never to an address of the store",
    fallback: 'true',
    parse: flag,
  },
  accessLog: {
    env: 'WEATHERLINE_ACCESS_LOG',
    doc: 'true = one line in the log for each request; faults are logged in any case',
    fallback: 'false',
    parse: flag,
  },
} as const satisfies Record<string, Setting<unknown>>;

/** Settings of every function that runs as a process of its own. */
export const FUNCTION = {
  lane: {
    env: 'WEATHERLINE_LANE',
    doc: 'Which topics a function consumes: live or replay',
    fallback: 'live',
    parse: oneOf('live', 'replay'),
  },
  concurrency: {
    env: 'WEATHERLINE_CONCURRENCY',
    doc: 'How many events of one partition a function has in hand at once',
    fallback: '8',
    parse: whole(1, 64),
  },
} as const satisfies Record<string, Setting<unknown>>;
