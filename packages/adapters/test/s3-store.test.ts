import { randomUUID } from 'node:crypto';
import { startS3Server } from '@weatherline/testkit/s3';
import { storeContract } from '@weatherline/testkit/contracts';
import test, { type ExecutionContext } from 'ava';
import { openS3Store, type S3Store } from '../src/s3/index.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const server = await startS3Server({ requireCondition: true });
test.after.always(async () => server[Symbol.asyncDispose]());

async function open(t: ExecutionContext): Promise<S3Store> {
  const bucket = randomUUID();
  server.seedBucket(bucket);
  const store = await openS3Store({ bucket, endpoint: server.url, forcePathStyle: true, credentials });
  t.teardown(async () => store[Symbol.asyncDispose]());
  return store;
}

storeContract(test, 's3 store', open);
