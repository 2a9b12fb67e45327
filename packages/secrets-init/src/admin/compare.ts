import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { VaultClient } from '../vault-client.ts';
import { VaultError } from '../vault-error.ts';

export type Fields = Readonly<Record<string, unknown>>;

const ANSWER = v.object({ data: v.record(v.string(), v.unknown()) });

/** The `data` of an answer; undefined where nothing is. */
export async function dataOf(client: VaultClient, path: string): Promise<Fields | undefined> {
  const what = `reading ${path}`;
  try {
    const parsed = v.safeParse(ANSWER, await client.request('GET', path, undefined, what));
    if (parsed.success) return parsed.output.data;
  } catch (error) {
    if (error instanceof VaultError && error.fault === 'missing') return undefined;
    throw error;
  }
  throw new VaultError({ fault: 'unreachable', message: `${what}: the answer is not one of Vault's` });
}

/** Names below a path. Vault takes `?list=true` for its method LIST, which not every proxy knows. */
export async function namesAt(client: VaultClient, path: string): Promise<readonly string[]> {
  const data = await dataOf(client, `${path}?list=true`);
  return v.parse(v.array(v.string()), data?.['keys'] ?? []);
}

/** Of a list of mounts or devices, those at `name/`. */
export function entryAt(list: Fields | undefined, name: string): Fields | undefined {
  const parsed = v.safeParse(v.record(v.string(), v.unknown()), list?.[`${name}/`]);
  return parsed.success ? parsed.output : undefined;
}

/** The paths of a list that are not declared. */
export function strangersIn(list: Fields | undefined, declared: object, builtIn: readonly string[] = []): string[] {
  const known = new Set([...Object.keys(declared), ...builtIn].map((name) => `${name}/`));
  return Object.keys(list ?? {}).filter((path) => !known.has(path));
}

/** The names of fields that are not as wanted. Vault says null for an empty list or map, and nothing for an empty text. */
export function differing(wanted: Fields, found: Fields): string[] {
  return Object.keys(wanted).filter((name) => !isDeepStrictEqual(plain(wanted[name]), plain(found[name])));
}

function plain(value: unknown): unknown {
  if (value === null || value === undefined || value === '' || value === false) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(String).toSorted();
  if (typeof value === 'object') return Object.keys(value).length === 0 ? undefined : value;
  return value === 0 ? undefined : value;
}
