import { X509Certificate } from 'node:crypto';
import { COMMON, duration, httpUrl, type Setting } from '@weatherline/runtime';
import { parseWanted } from './wanted.ts';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** https, or http to this machine: a token is never sent where it can be read. */
export function vaultAddress(text: string): string {
  const { protocol, hostname, pathname, origin } = new URL(httpUrl(text));
  if (pathname !== '/') throw new RangeError('expected an address without a path');
  if (protocol === 'http:' && !LOOPBACK.test(hostname))
    throw new RangeError('expected https: http is for loopback only');
  return origin;
}

function certificates(text: string): string {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    if (blocks.map((block) => new X509Certificate(block)).length === 0) throw new Error('none');
  } catch {
    throw new RangeError('expected one or more certificates in PEM');
  }
  return text;
}

function name(text: string): string {
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(text)) throw new RangeError(`expected a name without spaces, got '${text}'`);
  return text;
}

function interval(text: string): number {
  const ms = duration(text);
  if (ms < 100) throw new RangeError(`expected 100ms or more, got '${text}'`);
  return ms;
}

/** What `init` and `refresh` read. Their names are also in the runtime's SECRETS_INIT_VARIABLES. */
export const VAULT_SETTINGS = {
  address: {
    env: 'WEATHERLINE_VAULT_ADDR',
    doc: 'The address of Vault, such as https://vault.vault.svc:8200; http for loopback only',
    parse: vaultAddress,
  },
  ca: {
    env: 'WEATHERLINE_VAULT_CA',
    doc: "The authorities that Vault's certificate is checked against, in PEM, read anew at each request. Default: the system's. There is no way to leave the check out",
    optional: true,
    parse: certificates,
  },
  role: { env: 'WEATHERLINE_VAULT_ROLE', doc: 'The role to log in as', parse: name },
  mount: {
    env: 'WEATHERLINE_VAULT_MOUNT',
    doc: 'Where Kubernetes auth is mounted, below auth/',
    fallback: 'kubernetes',
    parse: name,
  },
  jwt: {
    env: 'WEATHERLINE_VAULT_JWT',
    doc: "The service account's projected token; by WEATHERLINE_VAULT_JWT_FILE, which is read anew at every login",
    secret: true,
    parse: String,
  },
  wanted: {
    env: 'WEATHERLINE_VAULT_SECRETS',
    doc: 'What to write: a JSON array of {path, field, file}: a path of KV v2 such as secret/weatherline/prod/openweather, a field of it, the name of the file',
    parse: parseWanted,
  },
  directory: {
    env: 'WEATHERLINE_SECRETS_DIRECTORY',
    doc: 'Where the files are written: a memory volume, which must exist',
    fallback: '/vault/secrets',
    parse: String,
  },
  refreshMs: {
    env: 'WEATHERLINE_SECRETS_REFRESH',
    doc: 'How often refresh looks for another version',
    fallback: '30s',
    parse: interval,
  },
  timeoutMs: {
    env: 'WEATHERLINE_VAULT_TIMEOUT',
    doc: 'How long init goes on trying',
    fallback: '5m',
    parse: duration,
  },
  logLevel: COMMON.logLevel,
} as const satisfies Record<string, Setting<unknown>>;

/** What `refresh` reads beside them. */
export const REFRESH_SETTINGS = {
  ...VAULT_SETTINGS,
  httpHost: { ...COMMON.httpHost, doc: 'The address that the infra port of refresh listens on' },
  infraPort: {
    ...COMMON.infraPort,
    doc: 'The port of health and metrics of refresh; 0 = any free one',
    fallback: '9091',
  },
} as const satisfies Record<string, Setting<unknown>>;
