import { readFileSync } from 'node:fs';
import type { Logger } from '@weatherline/runtime';
import type { Login, VaultClient } from '../vault-client.ts';
import { VaultError } from '../vault-error.ts';
import { configure, type Configuring } from './configure.ts';
import { Ledger } from './ledger.ts';
import { patiently, type Patience } from './patience.ts';

export type ConfigureOptions = Patience &
  Omit<Configuring, 'ledger'> & {
    readonly login: () => Login;
    /** Where the root token may lie. */
    readonly rootToken: string | undefined;
    readonly keepSecret: (text: string) => void;
  };

/**
 * One run: with the root token while there is one, else as the role that the first run made.
 *
 * The root token is ended when everything is done and the role is known to work: not before, or nobody could mend it.
 */
export async function runConfigure(options: ConfigureOptions): Promise<void> {
  const { client, log } = options;
  const ledger = new Ledger(log);
  const isRoot = await patiently(options, async () => logIn(options));
  try {
    await patiently(options, async () => configure({ ...options, ledger }));
    ledger.finish();
    if (isRoot) await proveRole(options);
  } catch (error) {
    // Whoever mends it needs the root token; a role's can be had again.
    if (!isRoot) await client.revokeSelf().catch(() => undefined);
    throw error;
  }
  await client.revokeSelf();
  if (isRoot) log.info('the root token is ended: delete the Secret that held it');
}

/** True = with the root token. */
async function logIn({ client, login, rootToken, keepSecret, log }: ConfigureOptions): Promise<boolean> {
  const root = tokenAt(rootToken, log);
  if (root !== undefined) {
    keepSecret(root);
    client.token = root;
    if (await isAlive(client)) return true;
    client.token = '';
    log.warn('the root token is not valid any more: delete the Secret that held it');
  }
  const { token } = await client.login(login());
  keepSecret(token);
  return false;
}

async function isAlive(client: VaultClient): Promise<boolean> {
  try {
    await client.request('GET', 'auth/token/lookup-self', undefined, 'looking at the root token');
    return true;
  } catch (error) {
    if (error instanceof VaultError && error.fault === 'denied') return false;
    throw error;
  }
}

function tokenAt(path: string | undefined, log: Logger): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    if (code !== 'ENOENT') log.warn('the file of the root token cannot be read', { code });
    return undefined;
  }
}

/** Logs in as the role of later runs, and out again. */
async function proveRole(options: ConfigureOptions): Promise<void> {
  const { client, login, keepSecret } = options;
  const root = client.token;
  try {
    const { token } = await patiently(options, async () => client.login(login()));
    keepSecret(token);
    await client.revokeSelf();
  } catch (error) {
    const reason = error instanceof VaultError ? error.message : 'no token';
    const fault = error instanceof VaultError ? error.fault : 'denied';
    throw new VaultError({ fault, message: `the root token is kept, for later runs could not log in: ${reason}` });
  } finally {
    client.token = root;
  }
}
