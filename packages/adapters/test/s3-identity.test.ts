import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { startS3Server, type S3Server } from '@weatherline/testkit/s3';
import test, { type ExecutionContext } from 'ava';
import { openS3Store, type Limits, type S3Store } from '../src/s3/index.ts';

/** As in a pod: the environment names a role and a token file, and nothing else. */
const ROLE = 'arn:aws:iam::123456789012:role/upload';
const create = { ifNoneMatch: '*', contentType: 'text/plain' } as const;

type Pod = { readonly server: S3Server; readonly store: S3Store; readonly write: (token: string) => Promise<void> };

function tokenOf(subject: string, expiresInS = 3600): string {
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + expiresInS;
  return `${part({ alg: 'RS256' })}.${part({ sub: subject, exp })}.CANARYCANARY`;
}

async function pod(
  t: ExecutionContext,
  token: string,
  options: { credentialLifeMs?: number } = {},
  more: Partial<Limits> = {},
): Promise<Pod> {
  const server = await startS3Server({ buckets: ['bucket'], requireSessionToken: true, ...options });
  const folder = await mkdtemp(join(tmpdir(), 'weatherline-'));
  const file = join(folder, 'token');
  const write = async (text: string): Promise<void> => writeFile(file, text);
  await write(token);
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: server.url,
    AWS_ROLE_ARN: ROLE,
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
  });
  const store = await openS3Store({
    bucket: 'bucket',
    forcePathStyle: true,
    limits: { firstMs: 1, capMs: 4, ...more },
  });
  t.teardown(async () => {
    await store[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  return { server, store, write };
}

// One after the other: the default chain reads the environment of the process.
test.serial('a pod assumes its role once and writes with what it was given', async (t) => {
  const { server, store } = await pod(t, tokenOf('first'));
  t.true((await store.put('k', Buffer.from('v'), create)).stored);
  t.is((await store.get('k'))?.size, 1);
  t.deepEqual(
    server.assumed.map(({ roleArn }) => roleArn),
    [ROLE],
  );
  const url = await store.presignGet('k', { expiresInMs: 60_000, windowMs: 30_000 });
  t.is(await (await fetch(url)).text(), 'v');
});

test.serial(
  'credentials that end before their time are renewed with the token that then lies in the file',
  async (t) => {
    const { server, store, write } = await pod(t, tokenOf('first'));
    await store.put('k', Buffer.from('v'), create);
    const second = tokenOf('second');
    await write(second);
    server.expireCredentials();
    t.true((await store.put('k2', Buffer.from('v'), create)).stored);
    t.deepEqual(server.assumed.map(({ token }) => token).slice(1), [second]);
  },
);

test.serial('credentials that live for seconds are renewed before they end', async (t) => {
  const { server, store, write } = await pod(t, tokenOf('first'), { credentialLifeMs: 2_000 });
  await store.put('k', Buffer.from('v'), create);
  const second = tokenOf('second');
  await write(second);
  t.is((await store.get('k'))?.size, 1);
  t.is(server.assumed.at(-1)?.token, second);
});

test.serial('a token that is over is waited for, and its successor serves', async (t) => {
  const { store, write } = await pod(t, tokenOf('stale', -60));
  const error = await t.throwsAsync(async () => store.get('k'), { code: 'STORE_UNAVAILABLE' });
  t.notRegex(inspect(error, { depth: 20 }), /CANARY/);
  await write(tokenOf('fresh'));
  t.is(await store.get('k'), undefined);
});

test.serial('a token that is none stops everything, and tells nothing', async (t) => {
  const { store } = await pod(t, 'CANARY');
  const error = await t.throwsAsync(async () => store.get('k'), { code: 'STORE_CREDENTIALS_INVALID' });
  t.notRegex(inspect(error, { depth: 20, showHidden: true }), /CANARY/);
});

test.serial('no credentials at all stop everything', async (t) => {
  const { store } = await pod(t, tokenOf('unused'));
  delete process.env['AWS_ROLE_ARN'];
  await t.throwsAsync(async () => store.get('k'), { code: 'STORE_CREDENTIALS_INVALID' });
});

test.serial('a role service that fails is waited for', async (t) => {
  const { server, store } = await pod(t, tokenOf('first'));
  server.setScript([{ fault: 'slow-down', operation: 'AssumeRoleWithWebIdentity', times: 1 }]);
  t.is(await store.get('k'), undefined);
  server.expireCredentials();
  server.setScript([{ fault: 'access-denied', operation: 'AssumeRoleWithWebIdentity' }]);
  await t.throwsAsync(async () => store.get('k'), { code: 'STORE_ACCESS_DENIED' });
});

test.serial('a role service that hangs holds nothing up for ever', async (t) => {
  const { server, store } = await pod(t, tokenOf('first'), {}, { requestMs: 300, totalMs: 1_000, attempts: 2 });
  server.setScript([{ fault: 'hang-before', operation: 'AssumeRoleWithWebIdentity' }]);
  await t.throwsAsync(async () => store.get('k'), { code: 'STORE_UNAVAILABLE' });
  server.setScript([]);
  for (let tries = 0; tries < 20; tries += 1) {
    const found = await store.get('k').catch(() => 'not yet');
    if (found === undefined) break;
    t.true(tries < 19);
  }
  t.is(server.counts['GetObject'], 1);
});

test.serial('the static variables serve too, and a region is demanded where none is set', async (t) => {
  const server = await startS3Server({ buckets: ['bucket'] });
  t.teardown(async () => server[Symbol.asyncDispose]());
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_CONFIG_FILE: '/nowhere' });
  await using store = await openS3Store({ bucket: 'bucket', endpoint: server.url, forcePathStyle: true });
  t.is(await store.get('k'), undefined);
  await t.throwsAsync(async () => openS3Store({ bucket: 'bucket' }), { code: 'CONFIGURATION', message: /AWS_REGION/ });
});
