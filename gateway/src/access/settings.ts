import { ConfigurationError, whole, type Setting, type Values } from '@weatherline/runtime';
import { parseApiKeys } from './api-key-file.ts';
import { isJwtAlgorithm, JWT_ALGORITHMS, type JwtAlgorithm } from './jwt.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const MAX_LIMIT = 1_000_000;

/** `600/m` as requests and milliseconds. */
export function rateLimit(text: string): { readonly limit: number; readonly windowMs: number } | 'off' {
  if (text.trim() === 'off') return 'off';
  const [, digits = '', unit = ''] = /^(\d{1,7})\/([smh])$/.exec(text.trim()) ?? [];
  const windowMs = UNIT_MS[unit];
  const limit = Number(digits);
  if (windowMs === undefined || limit < 1 || limit > MAX_LIMIT) {
    throw new RangeError(`expected off, or a limit of 1 to ${MAX_LIMIT} such as 10/s, 600/m or 20000/h, got '${text}'`);
  }
  return { limit, windowMs };
}

/** `*`, or origins as browsers send them. */
export function corsOrigins(text: string): '*' | readonly string[] {
  if (text.trim() === '*') return '*';
  const origins = text.split(',').map((origin) => origin.trim());
  for (const origin of origins) {
    const url = URL.parse(origin);
    // A star within a name is a name to URL, and would match nothing.
    if (url === null || !/^https?:$/.test(url.protocol) || url.origin !== origin || origin.includes('*')) {
      throw new RangeError(`expected * or origins such as https://maps.example, got '${origin}'`);
    }
  }
  return [...new Set(origins)];
}

/** An address whose answer decides who is let in: over TLS, or from this machine. */
export function jwksUrl(text: string): string {
  const url = URL.parse(text);
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url?.hostname ?? '');
  // The text is not repeated: a person may have put a password into it.
  if (url === null || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback))) {
    throw new RangeError('expected an https address, or an http address of this machine');
  }
  if (url.username !== '' || url.password !== '') throw new RangeError('expected an address without a user');
  return text;
}

export function jwtAlgorithms(text: string): readonly JwtAlgorithm[] {
  return text.split(',').map((item) => {
    const name = item.trim();
    if (!isJwtAlgorithm(name)) {
      throw new RangeError(`expected a list of ${JWT_ALGORITHMS.join(', ')}, got '${name.slice(0, 40)}'`);
    }
    return name;
  });
}

/** Says what is wrong with a secrets file at the start, with all other settings; the file is read again later. */
function apiKeysText(text: string): string {
  parseApiKeys(text);
  return text;
}

/** Who may read from the gateway, and how much. */
export const ACCESS_SETTINGS = {
  rateLimit: {
    env: 'WEATHERLINE_RATE_LIMIT',
    doc: 'The requests that one client may make, such as 10/s, 600/m or 20000/h, or off',
    fallback: '600/m',
    parse: rateLimit,
  },
  trustedProxies: {
    env: 'WEATHERLINE_TRUSTED_PROXIES',
    doc: 'How many proxies of ours stand before the gateway, each adding to X-Forwarded-For',
    fallback: '0',
    parse: whole(0, 5),
  },
  apiKeys: {
    env: 'WEATHERLINE_API_KEYS',
    doc: 'The API keys, as a JSON array of {id, sha256, scopes, expires_at?, name?}; better in a file, by WEATHERLINE_API_KEYS_FILE, which is read again when it changes. Unset = none are accepted',
    optional: true,
    secret: true,
    parse: apiKeysText,
  },
  jwtIssuer: {
    env: 'WEATHERLINE_JWT_ISSUER',
    doc: 'Whose tokens are accepted, as their iss says; with it goes the audience and the key set',
    optional: true,
    parse: String,
  },
  jwtAudience: {
    env: 'WEATHERLINE_JWT_AUDIENCE',
    doc: 'Whom the tokens must be for, as their aud says',
    optional: true,
    parse: String,
  },
  jwtJwksUrl: {
    env: 'WEATHERLINE_JWT_JWKS_URL',
    doc: "Where the issuer's key set is: https, or http on this machine",
    optional: true,
    parse: jwksUrl,
  },
  jwtAlgorithms: {
    env: 'WEATHERLINE_JWT_ALGORITHMS',
    doc: 'The signature algorithms that are accepted, whatever a token says',
    fallback: 'RS256,ES256',
    parse: jwtAlgorithms,
  },
  corsOrigins: {
    env: 'WEATHERLINE_CORS_ORIGINS',
    doc: 'The origins whose pages may read, as a list with commas, or *. Unset = none',
    optional: true,
    parse: corsOrigins,
  },
} as const satisfies Record<string, Setting<unknown>>;

export type AccessConfig = Values<typeof ACCESS_SETTINGS>;

export type JwtSettings = {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  readonly algorithms: readonly JwtAlgorithm[];
};

/** What the settings say only together. An issuer, its audience and its key set come as three or not at all. */
export function checkAccess(config: AccessConfig): { readonly jwt: JwtSettings | undefined } {
  const { jwtIssuer: issuer, jwtAudience: audience, jwtJwksUrl: url, jwtAlgorithms: algorithms } = config;
  if (issuer !== undefined && audience !== undefined && url !== undefined) {
    return { jwt: { issuer, audience, jwksUrl: url, algorithms } };
  }
  if (issuer === undefined && audience === undefined && url === undefined) return { jwt: undefined };
  const missing = (['jwtIssuer', 'jwtAudience', 'jwtJwksUrl'] as const)
    .filter((key) => config[key] === undefined)
    .map((key) => `${ACCESS_SETTINGS[key].env}: is required, as other settings of tokens are set`);
  throw new ConfigurationError(`bad configuration\n  ${missing.join('\n  ')}`);
}
