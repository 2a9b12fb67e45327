import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { connectionError, statusError, VaultError } from '../vault-error.ts';
import { open } from '../vault-transport.ts';
import { SnapshotCheck, SnapshotError } from './snapshot-check.ts';

export type DownloadOptions = {
  readonly address: string;
  readonly ca: string | undefined;
  readonly token: string;
  /** Where it is written. */
  readonly file: string;
  readonly signal: AbortSignal;
};

export type Downloaded = {
  readonly file: string;
  readonly bytes: number;
  /** Base64, as S3 takes it. */
  readonly sha256: string;
};

/** Writes a snapshot of Vault's data to a file, and proves that it is whole. */
export async function download(options: DownloadOptions): Promise<Downloaded> {
  const downloaded = await save(await ask(options), options);
  if (downloaded.bytes === 0) throw new SnapshotError('it is empty');
  await prove(downloaded.file);
  return downloaded;
}

/** The client of other requests holds answers in memory, up to a size that a snapshot may be above. */
async function ask({ address, ca, token, signal }: DownloadOptions): Promise<IncomingMessage> {
  const url = new URL('/v1/sys/storage/raft/snapshot', address);
  const sent = { uri: url.href, method: 'GET', headers: { 'x-vault-token': token } };
  const answer = await open(url, sent, ca, signal).catch((error: unknown) => {
    throw connectionError(url.origin, error);
  });
  if (answer.statusCode === 200) return answer;
  answer.destroy();
  // A standby redirects to the active node: WEATHERLINE_VAULT_ADDR must name that one.
  throw statusError(answer.statusCode ?? 0, 'taking a snapshot', undefined);
}

async function save(answer: IncomingMessage, { file, signal }: DownloadOptions): Promise<Downloaded> {
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  try {
    await pipeline(answer, counted, createWriteStream(file, { mode: 0o600 }), { signal });
  } catch (error) {
    signal.throwIfAborted();
    const isDisk = error instanceof Error && 'syscall' in error && error.syscall !== 'read';
    if (isDisk) throw error;
    throw new VaultError({ fault: 'unreachable', message: `taking a snapshot: it was cut off after ${bytes} bytes` });
  }
  return { file, bytes, sha256: hash.digest('base64') };
}

async function prove(file: string): Promise<void> {
  const check = new SnapshotCheck();
  try {
    await pipeline(createReadStream(file), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) check.write(chunk);
    });
  } catch (error) {
    if (error instanceof SnapshotError) throw error;
    throw new SnapshotError('its compression ends early or is damaged');
  }
  check.finish();
}
