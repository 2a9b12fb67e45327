import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { storeContract } from '@weatherline/testkit/contracts';
import test from 'ava';
import { openS3Store, type S3Store } from '../src/s3/index.ts';

/** The same contract on servers that others wrote. */
const credentials = {
  accessKeyId: process.env['AWS_ACCESS_KEY_ID'] ?? 'test',
  secretAccessKey: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'test',
};
const disposables = new AsyncDisposableStack();
test.after.always(async () => disposables.disposeAsync());

async function open(endpoint: string): Promise<S3Store> {
  const bucket = `weatherline-${randomUUID()}`;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return disposables.use(await openS3Store({ bucket, endpoint, forcePathStyle: true, credentials }));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startMoto(): Promise<string> {
  const port = await freePort();
  const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
  const child = spawn('python3', args, { stdio: 'ignore' });
  disposables.defer(() => void child.kill());
  process.once('exit', () => child.kill());
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300; tries += 1) {
    const answer = await fetch(endpoint).catch(() => undefined);
    if (answer !== undefined) return endpoint;
    await delay(100);
  }
  throw new Error('moto did not start within 30 s');
}

const hasMoto = spawnSync('python3', ['-c', 'import moto.server'], { stdio: 'ignore' }).status === 0;
if (hasMoto) {
  const endpoint = startMoto();
  storeContract(test, 's3 store on moto', async () => open(await endpoint));
} else test.skip('s3 store on moto: no python3 with moto is installed', (t) => t.fail());

// Named by whoever has one; the suites have servers of their own.
const real = process.env['WEATHERLINE_TEST_S3'];
if (real !== undefined && real !== '') storeContract(test, 's3 store on a real service', async () => open(real));
