import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { WeatherlineError } from '@weatherline/runtime';
import { FAULT_KINDS, startS3Server, type FaultKind, type FaultRule, type S3Server } from '@weatherline/testkit/s3';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { openS3Store, type S3Store } from '../src/s3/index.ts';

const LIMITS = { requestMs: 700, totalMs: 10_000, attempts: 4, firstMs: 1, capMs: 4 };
/** Where requests are counted, a slow machine must not add any. */
const PATIENT = { ...LIMITS, requestMs: 20_000 };
const create = { ifNoneMatch: '*', contentType: 'text/plain', metadata: { run: 'r' } } as const;
const CANARY = 'CANARYCANARY';
const credentials = { accessKeyId: `AKIA${CANARY}`, secretAccessKey: CANARY };

type Setup = { readonly server: S3Server; readonly store: S3Store };

async function open(t: ExecutionContext, limits = LIMITS): Promise<Setup> {
  const server = await startS3Server({ buckets: ['bucket'], requireCondition: true, ...credentials });
  const store = await openS3Store({
    bucket: 'bucket',
    endpoint: server.url,
    forcePathStyle: true,
    credentials,
    limits,
  });
  t.teardown(async () => {
    await store[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  return { server, store };
}

/** What a fault that never ends becomes, whatever was asked; undefined = it does no harm. */
const ENDLESS: Readonly<Record<FaultKind, string | undefined>> = {
  'precondition-failed': 'STORE_UNAVAILABLE',
  conflict: 'STORE_UNAVAILABLE',
  'slow-down': 'STORE_UNAVAILABLE',
  unavailable: 'STORE_UNAVAILABLE',
  internal: 'STORE_UNAVAILABLE',
  'request-timeout': 'STORE_UNAVAILABLE',
  'expired-token': 'STORE_UNAVAILABLE',
  'access-denied': 'STORE_ACCESS_DENIED',
  'invalid-key': 'STORE_CREDENTIALS_INVALID',
  'bad-signature': 'STORE_CREDENTIALS_INVALID',
  'kms-disabled': 'STORE_KEY_UNUSABLE',
  'no-such-bucket': 'BUCKET_MISSING',
  'wrong-region': 'BUCKET_WRONG_REGION',
  'reset-before': 'STORE_UNAVAILABLE',
  'reset-after': 'STORE_UNAVAILABLE',
  'hang-before': 'STORE_UNAVAILABLE',
  'hang-after': 'STORE_UNAVAILABLE',
  'internal-after': 'STORE_UNAVAILABLE',
  truncate: 'STORE_UNAVAILABLE',
  corrupt: 'STORE_UNAVAILABLE',
  latency: undefined,
  'skewed-clock': undefined,
};
/** A listing has no checksum; a damaged one is the transport's to notice. */
const HARMLESS: Readonly<Record<string, readonly FaultKind[]>> = {
  list: ['corrupt'],
  head: ['corrupt', 'truncate'],
  put: ['corrupt', 'truncate', 'precondition-failed', 'internal-after'],
};

const OPERATIONS: Readonly<Record<string, (store: S3Store) => Promise<unknown>>> = {
  get: async (store) => store.get('there'),
  head: async (store) => store.head('there'),
  list: async (store) => store.list({ prefix: '' }),
  put: async (store) => store.put('new', Buffer.from('new'), create),
};

for (const [name, operation] of Object.entries(OPERATIONS)) {
  test(`${name}: a fault without end becomes an error with its code, which names no secret`, async (t) => {
    const { server, store } = await open(t);
    await store.put('there', Buffer.from('there'), create);
    for (const fault of FAULT_KINDS) {
      server.bucket('bucket').remove('new', new Date());
      // The read-back of a write whose answer was lost is another operation, and works.
      server.setScript(name === 'put' ? [{ fault, method: 'PUT', ms: 20 }] : [{ fault, ms: 20 }]);
      const code = HARMLESS[name]?.includes(fault) === true ? undefined : ENDLESS[fault];
      if (code === undefined) await t.notThrowsAsync(async () => operation(store), `${name} under ${fault}`);
      else {
        const error = await t.throwsAsync(async () => operation(store), { code }, `${name} under ${fault}`);
        t.true(error instanceof WeatherlineError, fault);
        const shown = inspect(error, { depth: 20, showHidden: true });
        t.notRegex(shown, new RegExp(`${CANARY}|Signature=|AWS4`), `${name} under ${fault}`);
      }
    }
  });

  test(`${name}: a fault that passes is not noticed`, async (t) => {
    const { server, store } = await open(t);
    await store.put('there', Buffer.from('there'), create);
    for (const fault of FAULT_KINDS.filter((kind) => !/^(STORE_[ACK]|BUCKET)/.test(ENDLESS[kind] ?? ''))) {
      server.bucket('bucket').remove('new', new Date());
      server.setScript([{ fault, times: 1, ms: fault === 'latency' ? 20 : 3_600_000 }]);
      const result = await operation(store);
      if (name === 'list') t.like(result, { objects: { length: 1 } }, fault);
      else if (name === 'put') t.like(result, { stored: fault !== 'precondition-failed' }, fault);
      else t.like(result, { key: 'there', size: 5 }, fault);
    }
  });
}

test('a write whose answer was lost knows that it was its own', async (t) => {
  for (const fault of ['reset-after', 'hang-after', 'internal-after'] as const) {
    const { server, store } = await open(t);
    server.setScript([{ fault, operation: 'PutObject', times: 1 }]);
    const first = await store.put('k', Buffer.from('one'), create);
    t.deepEqual(first, { stored: true, etag: (await store.head('k'))?.etag ?? '' }, fault);
    server.setScript([{ fault, operation: 'PutObject', times: 1 }]);
    const swap = { ...create, ifMatch: (await store.head('k'))?.etag ?? '' };
    const { ifNoneMatch: _, ...options } = swap;
    t.true((await store.put('k', Buffer.from('two'), options)).stored, fault);
    t.is(Buffer.from((await store.get('k'))?.body ?? []).toString(), 'two');
    t.deepEqual((await store.get('k'))?.metadata, { run: 'r' });
  }
});

test('a write that was lost on the way, and overtaken, knows that too, even by the same bytes', async (t) => {
  const { server, store } = await open(t);
  const rival = await openS3Store({ bucket: 'bucket', endpoint: server.url, forcePathStyle: true, credentials });
  server.setScript([{ fault: 'hang-before', operation: 'PutObject', times: 1 }]);
  const writing = store.put('k', Buffer.from('same'), create);
  while (server.counts['PutObject'] === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  t.true((await rival.put('k', Buffer.from('same'), create)).stored);
  t.false((await writing).stored);
  await rival[Symbol.asyncDispose]();
});

test('a refusal at the first attempt is believed and costs one request', async (t) => {
  const { server, store } = await open(t, PATIENT);
  await store.put('k', Buffer.from('same'), create);
  server.resetCounts();
  t.deepEqual(await store.put('k', Buffer.from('same'), create), { stored: false });
  t.deepEqual(server.counts, { PutObject: 1 });
});

test('of twenty writers of the same bytes one wins while every second answer is lost', async (t) => {
  const { server, store } = await open(t, { ...PATIENT, attempts: 20 });
  server.setScript([
    { fault: 'reset-after', operation: 'PutObject', every: 2 },
    { fault: 'conflict', operation: 'PutObject', every: 3 },
  ]);
  const puts = Array.from({ length: 20 }, async () => store.put('k', Buffer.from('same'), create));
  t.is((await Promise.all(puts)).filter(({ stored }) => stored).length, 1);
});

test('when it cannot be known whose write it was, the write is not said to be either', async (t) => {
  const { server, store } = await open(t);
  server.setScript([
    { fault: 'reset-after', operation: 'PutObject', times: 1 },
    { fault: 'slow-down', operation: 'HeadObject' },
  ]);
  await t.throwsAsync(async () => store.put('k', Buffer.from('one'), create), { code: 'STORE_UNAVAILABLE' });
});

test('retries are bounded and none follows a denial', async (t) => {
  const { server, store } = await open(t, PATIENT);
  server.setScript([{ fault: 'slow-down' }]);
  await t.throwsAsync(async () => store.get('k'), { code: 'STORE_UNAVAILABLE' });
  t.deepEqual(server.counts, { GetObject: 4 });
  server.resetCounts();
  server.setScript([{ fault: 'access-denied' }]);
  await t.throwsAsync(async () => store.get('k'), { code: 'STORE_ACCESS_DENIED' });
  t.deepEqual(server.counts, { GetObject: 1 });
});

test('a missing bucket is an error of every operation, never an empty answer', async (t) => {
  const { server } = await open(t);
  const store = await openS3Store({ bucket: 'nothing', endpoint: server.url, forcePathStyle: true, credentials });
  for (const operation of Object.values(OPERATIONS)) {
    await t.throwsAsync(async () => operation(store), { code: 'BUCKET_MISSING' });
  }
  await store[Symbol.asyncDispose]();
});

test('a server that is not there is waited for', async (t) => {
  const { server, store } = await open(t);
  await server[Symbol.asyncDispose]();
  await t.throwsAsync(async () => store.get('k'), { code: 'STORE_UNAVAILABLE', message: /ECONN/ });
});

const rule = fc.record({
  fault: fc.constantFrom(...FAULT_KINDS.filter((kind) => !kind.startsWith('hang'))),
  after: fc.nat(3),
  times: fc.integer({ min: 1, max: 6 }),
  every: fc.integer({ min: 1, max: 3 }),
  ms: fc.constant(10),
});
const step = fc.record({
  what: fc.constantFrom('create', 'swap', 'stale', 'get', 'head', 'list'),
  key: fc.constantFrom('a', 'b', 'c/d'),
});

test('under any faults an operation says what is true, or throws', async (t) => {
  const { server, store } = await open(t, PATIENT);
  const property = fc.asyncProperty(
    fc.array(rule, { minLength: 1, maxLength: 6 }),
    fc.array(step, { minLength: 1, maxLength: 8 }),
    async (script, steps) => {
      for (const key of ['a', 'b', 'c/d']) server.bucket('bucket').remove(key, new Date());
      server.setScript(script);
      for (const one of steps) {
        const lie = await take(store, server, one, script);
        if (lie !== undefined) throw new Error(lie);
      }
      return true;
    },
  );
  await fc.assert(property, {
    numRuns: process.env['WEATHERLINE_TEST_LEVEL'] === 'all' ? 2_000 : 150,
    seed: 20_261_123,
  });
  t.pass();
});

/** Takes one step and compares its answer with what lies in the server; a lie is returned as text. */
async function take(
  store: S3Store,
  server: S3Server,
  { what, key }: { readonly what: string; readonly key: string },
  script: readonly FaultRule[],
): Promise<string | undefined> {
  const bucket = server.bucket('bucket');
  const before = bucket.find(key);
  const body = randomBytes(20);
  try {
    if (what === 'get' || what === 'head') {
      const found = await store[what](key);
      if ((found === undefined) !== (before === undefined)) return `${what} ${key}: present or not`;
      if (found !== undefined && `"${found.etag}"` !== before?.etag) return `${what} ${key}: ${found.etag}`;
      if (found !== undefined && 'body' in found && !before?.body.equals(Buffer.from(found.body as Uint8Array)))
        return 'bytes';
    } else if (what === 'list') {
      const { objects } = await store.list({ prefix: '' });
      const present = [...bucket.keysFrom('')];
      if (objects.map((object) => object.key).join() !== present.join()) return `list: ${present.join()}`;
    } else {
      const etag = what === 'swap' && before !== undefined ? before.etag.replaceAll('"', '') : '0'.repeat(32);
      const { ifNoneMatch, ...options } = create;
      const put = await store.put(
        key,
        body,
        what === 'create' ? { ...options, ifNoneMatch } : { ...options, ifMatch: etag },
      );
      const after = bucket.find(key);
      const isOurs = after?.body.equals(body) === true;
      if (put.stored !== isOurs) return `${what} ${key}: said ${put.stored}, is ${isOurs}`;
      if (!put.stored && after !== before) return `${what} ${key}: changed all the same`;
      const held = what === 'create' ? before === undefined : what === 'swap' && before !== undefined;
      const isFaked = script.some(({ fault }) => fault === 'precondition-failed');
      if (put.stored !== held && !(held && isFaked)) return `${what} ${key}: the condition was ${held}`;
    }
  } catch (error) {
    if (!(error instanceof WeatherlineError)) throw error;
  }
  return undefined;
}
