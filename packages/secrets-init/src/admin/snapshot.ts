import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Login, VaultClient } from '../vault-client.ts';
import { reasonOf } from '../session.ts';
import { patiently, type Patience } from './patience.ts';
import { download, type Downloaded } from './snapshot-download.ts';
import { store, type StoreOptions } from './snapshot-store.ts';

export type SnapshotOptions = Patience &
  StoreOptions & {
    readonly client: VaultClient;
    readonly ca: () => string | undefined;
    readonly login: () => Login;
    /** When it was due. */
    readonly due: Date;
    readonly prefix: string;
    readonly directory: string;
    readonly keepSecret: (text: string) => void;
  };

/** `PREFIX/2026/11/28/060000.snap`, from the instant that it was due: a Job that is started again writes the same key. */
export function snapshotKey(prefix: string, due: Date): string {
  const [day = '', time = ''] = due.toISOString().slice(0, 19).split('T');
  return `${prefix}/${day.replaceAll('-', '/')}/${time.replaceAll(':', '')}.snap`;
}

/** Takes one snapshot, proves that it is whole, and stores it. */
export async function takeSnapshot(options: SnapshotOptions): Promise<void> {
  const { due, prefix, directory, log } = options;
  const key = snapshotKey(prefix, due);
  const file = join(directory, `${due.getTime()}.snap`);
  try {
    const downloaded = await withToken(options, async (token) => fetchInto(options, token, file));
    const isStored = await store(options, key, downloaded);
    const { bytes, sha256 } = downloaded;
    if (isStored) log.info('snapshot stored', { key, bytes, sha256 });
    else log.info('the snapshot of this instant is stored already', { key });
  } finally {
    await rm(file, { force: true });
  }
}

async function fetchInto(options: SnapshotOptions, token: string, file: string): Promise<Downloaded> {
  const { client, ca, timeoutMs } = options;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]);
  return patiently(options, async () => download({ address: client.address, ca: ca(), token, file, signal }));
}

/** Logs in, works, and ends the token whatever came of it. */
async function withToken<Result>(options: SnapshotOptions, work: (token: string) => Promise<Result>): Promise<Result> {
  const { client, login, keepSecret, log } = options;
  const { token } = await patiently(options, async () => client.login(login()));
  keepSecret(token);
  try {
    return await work(token);
  } finally {
    await client.revokeSelf().catch((error: unknown) => log.warn('token not revoked', { reason: reasonOf(error) }));
  }
}
