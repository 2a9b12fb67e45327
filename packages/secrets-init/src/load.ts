import { fieldOf } from './secret-files.ts';
import type { Secret } from './vault-client.ts';
import type { Wanted } from './wanted.ts';

/** A field as it is in Vault now. */
export type Loaded = { readonly wanted: Wanted; readonly text: string; readonly secret: Secret };

/** Reads every wanted field; a secret that several files come from is read once. */
export async function loadAll(wanted: readonly Wanted[], read: (path: string) => Promise<Secret>): Promise<Loaded[]> {
  const secrets = new Map<string, Secret>();
  for (const path of new Set(wanted.map((one) => one.path))) secrets.set(path, await read(path));
  return wanted.flatMap((one) => {
    const secret = secrets.get(one.path);
    return secret === undefined ? [] : [{ wanted: one, secret, text: fieldOf(secret, one) }];
  });
}
