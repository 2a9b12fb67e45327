import { ConfigurationError } from '@weatherline/runtime';
import { KEY_ID, SCOPES, type ApiKeyEntry, type Scope } from './api-key.ts';

const FIELDS = ['id', 'sha256', 'scopes', 'expires_at', 'name'];
const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * The entries of a secrets file, or a ConfigurationError that names the entry and the field. It repeats nothing from the
 * file but ids and short field names: somebody may have put a key where its digest belongs.
 */
export function parseApiKeys(text: string): ApiKeyEntry[] {
  const list = parseJson(text);
  if (!Array.isArray(list)) throw refusal('expected a JSON array of {id, sha256, scopes, expires_at?, name?}');
  const entries = list.map((item: unknown, index) => parseEntry(item, `entry ${index + 1}`));
  for (const field of ['id', 'sha256'] as const) {
    const seen = new Set<string>();
    for (const [index, entry] of entries.entries()) {
      if (seen.has(entry[field])) throw refusal(`entry ${index + 1} (${entry.id}): ${field} is that of another entry`);
      seen.add(entry[field]);
    }
  }
  return entries;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error of JSON.parse quotes the text.
    throw refusal('expected a JSON array, got text that is no JSON');
  }
}

function parseEntry(item: unknown, at: string): ApiKeyEntry {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) throw refusal(`${at}: expected an object`);
  const fields = new Map<string, unknown>(Object.entries(item));
  const id = fields.get('id');
  if (typeof id !== 'string' || !KEY_ID.test(id)) {
    throw refusal(`${at}: id: expected the 8 letters and digits that name the key`);
  }
  const where = `${at} (${id})`;
  const unknown = [...fields.keys()].find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) {
    const shown = /^\w{1,20}$/.test(unknown) ? unknown : 'with a name that is not shown';
    throw refusal(`${where}: there is no field ${shown}; there are ${FIELDS.join(', ')}`);
  }
  const sha256 = fields.get('sha256');
  if (typeof sha256 !== 'string' || !/^[0-9a-fA-F]{64}$/.test(sha256)) {
    throw refusal(`${where}: sha256: expected the 64 hex digits of the key's SHA-256`);
  }
  const name = fields.get('name');
  if (name !== undefined && typeof name !== 'string') throw refusal(`${where}: name: expected text`);
  const expiresAt = parseExpiry(fields.get('expires_at'), where);
  return {
    id,
    sha256: sha256.toLowerCase(),
    scopes: parseScopes(fields.get('scopes'), where),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
    ...(name === undefined ? {} : { name }),
  };
}

function parseScopes(value: unknown, where: string): Scope[] {
  const expected = `${where}: scopes: expected an array of one or more of ${SCOPES.join(', ')}`;
  if (!Array.isArray(value) || value.length === 0) throw refusal(expected);
  return value.map((item: unknown) => {
    const scope = SCOPES.find((known) => known === item);
    if (scope === undefined) throw refusal(expected);
    return scope;
  });
}

function parseExpiry(value: unknown, where: string): string | undefined {
  if (value === undefined) return undefined;
  const [, day] = typeof value === 'string' ? (RFC_3339.exec(value) ?? []) : [];
  // Date.parse takes 30 February for 2 March.
  const midnight = new Date(Date.parse(day ?? ''));
  const isRealDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().slice(0, 10) === day;
  if (typeof value !== 'string' || !isRealDay || Number.isNaN(Date.parse(value))) {
    throw refusal(`${where}: expires_at: expected an RFC 3339 time such as 2027-01-31T00:00:00Z`);
  }
  return value;
}

function refusal(problem: string): ConfigurationError {
  return new ConfigurationError(`API keys: ${problem}`);
}
