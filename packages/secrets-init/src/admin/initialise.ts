import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '@weatherline/runtime';
import * as v from 'valibot';
import type { VaultClient } from '../vault-client.ts';
import { VaultError } from '../vault-error.ts';
import { patiently, type Patience } from './patience.ts';
import { isEncrypted, readPublicKey, type PublicKey } from './pgp.ts';

/** Any three of five people can do what only they can: a root token, another key. */
const RECOVERY = { shares: 5, threshold: 3 };

export type Keys = { readonly recovery: readonly PublicKey[]; readonly root: PublicKey };

export type InitialiseOptions = Patience & {
  readonly client: VaultClient;
  /** The other nodes. */
  readonly peers: readonly VaultClient[];
  readonly keys: Keys;
  /** Where what is encrypted goes; nothing else goes there. */
  readonly print: (line: string) => void;
};

/** The keys of the five, and of who gets the root token; refuses what would give two shares to one person. */
export function readKeys(directory: string, rootKey: string): Keys {
  try {
    const names = readdirSync(directory)
      .filter((name) => !name.startsWith('.'))
      .toSorted();
    if (names.length !== RECOVERY.shares) {
      throw new RangeError(`expected ${RECOVERY.shares} public PGP keys in ${directory}, found ${names.length}`);
    }
    const recovery = names.map((name) => readPublicKey(name, readFileSync(join(directory, name), 'utf8')));
    if (new Set(recovery.map(({ base64 }) => base64)).size < RECOVERY.shares) {
      throw new RangeError('two holders have the same PGP key, so one person would have two shares');
    }
    return { recovery, root: readPublicKey('root', rootKey) };
  } catch (error) {
    throw new ConfigurationError(`initialise needs PGP keys: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

const STATUS = v.object({ initialized: v.boolean() });
const MATERIAL = v.object({ recovery_keys_base64: v.array(v.string()), root_token: v.string() });

/** Initialises a Vault that unseals itself, once in its life. What it gives out is only ever seen encrypted. */
export async function initialise(options: InitialiseOptions): Promise<'initialised' | 'already'> {
  const { client, peers, keys, print, log } = options;
  for (const one of [client, ...peers]) {
    if (await patiently(options, async () => isInitialised(one))) {
      log.info('Vault is initialised already, nothing is done', { node: one.address });
      return 'already';
    }
  }
  const material = await ask(client, keys);
  const shares = material.recovery_keys_base64;
  if (shares.length !== keys.recovery.length || ![...shares, material.root_token].every(isEncrypted)) {
    throw new VaultError({
      fault: 'refused',
      message: 'Vault did not encrypt what it gave out, so it is not printed: initialise anew, on empty volumes',
    });
  }
  for (const [at, { holder }] of keys.recovery.entries()) print(JSON.stringify({ holder, recovery_key: shares[at] }));
  print(JSON.stringify({ holder: keys.root.holder, root_token: material.root_token }));
  log.info('Vault is initialised: give each holder the line with its name', RECOVERY);
  return 'initialised';
}

async function isInitialised(client: VaultClient): Promise<boolean> {
  const what = `asking ${client.address} whether it is initialised`;
  return parse(STATUS, await client.request('GET', 'sys/init', undefined, what), what).initialized;
}

/** Asked once: after an answer that is lost, what it held is lost. */
async function ask(client: VaultClient, { recovery, root }: Keys): Promise<v.InferOutput<typeof MATERIAL>> {
  const what = `initialising ${client.address}`;
  const body = {
    recovery_shares: RECOVERY.shares,
    recovery_threshold: RECOVERY.threshold,
    recovery_pgp_keys: recovery.map(({ base64 }) => base64),
    root_token_pgp_key: root.base64,
  };
  try {
    return parse(MATERIAL, await client.request('POST', 'sys/init', body, what), what);
  } catch (error) {
    if (!(error instanceof VaultError) || error.fault === 'refused') throw error;
    const message = `${error.message}. It may have taken effect: if Vault is initialised now, its keys are lost, and it must be initialised anew, on empty volumes`;
    throw new VaultError({ fault: error.fault, message });
  }
}

function parse<const Schema extends v.GenericSchema>(
  schema: Schema,
  body: unknown,
  what: string,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  throw new VaultError({ fault: 'unreachable', message: `${what}: the answer is not one of Vault's` });
}
