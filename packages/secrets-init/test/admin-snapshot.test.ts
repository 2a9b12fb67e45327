import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { startS3Server, type S3Server } from '@weatherline/testkit/s3';
import { raftSnapshot } from '@weatherline/testkit/vault';
import test, { type ExecutionContext } from 'ava';
import { SnapshotCheck, SnapshotError } from '../src/admin/snapshot-check.ts';
import { snapshotKey, takeSnapshot } from '../src/admin/snapshot.ts';
import { StoreError } from '../src/admin/snapshot-store.ts';
import { VaultError } from '../src/vault-error.ts';
import { createAdminWorld, filesIn, type AdminWorld } from './support/admin-world.ts';

const BUCKET = 'snapshots';
const DUE = new Date('2026-11-28T06:00:00Z');
const KEY = 'vault-snapshots/2026/11/28/060000.snap';

type Scene = { readonly world: AdminWorld; readonly s3: S3Server; readonly run: () => Promise<void> };

async function scene(t: ExecutionContext, snapshot = (): Buffer => raftSnapshot()): Promise<Scene> {
  const world = await createAdminWorld(t, { isPlain: true, snapshot });
  await world.apply(world.client(world.server.rootToken));
  world.server.requests.length = 0;
  const s3 = await startS3Server({ buckets: [BUCKET] });
  t.teardown(async () => s3[Symbol.asyncDispose]());
  // The SDK's own chain, as in a pod.
  process.env['AWS_ACCESS_KEY_ID'] = s3.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = s3.secretAccessKey;
  const run = async (): Promise<void> =>
    takeSnapshot({
      client: world.client(),
      ca: () => undefined,
      login: () => world.login('vault-snapshot'),
      due: DUE,
      bucket: BUCKET,
      prefix: 'vault-snapshots',
      directory: world.folder,
      region: undefined,
      endpoint: s3.url,
      pathStyle: true,
      keepSecret: () => {},
      clock: world.clock,
      log: world.log,
      timeoutMs: 20_000,
      signal: new AbortController().signal,
      random: () => 0.5,
    });
  return { world, s3, run };
}

function stored({ s3 }: Scene): Buffer | undefined {
  return s3.bucket(BUCKET).find(KEY)?.body;
}

/** Neither a token nor a file is left behind. */
function assertTidy(t: ExecutionContext, { world }: Scene): void {
  const live = world.server.state.tokens.live(world.server.state.now()).map(({ displayName }) => displayName);
  t.deepEqual(live, ['root']);
  t.deepEqual(
    filesIn(world.folder).filter((name) => name.endsWith('.snap')),
    [],
  );
}

test.serial('a snapshot is stored byte for byte, under the instant that it was due', async (t) => {
  const bytes = raftSnapshot({ state: randomBytes(3_000_000) });
  const it = await scene(t, () => bytes);
  await it.run();
  t.deepEqual(stored(it), bytes);
  const { headers = {}, checksums = {} } = it.s3.bucket(BUCKET).find(KEY) ?? {};
  t.is(checksums['x-amz-checksum-sha256'], createHash('sha256').update(bytes).digest('base64'));
  t.is(headers['x-amz-meta-sha256'], createHash('sha256').update(bytes).digest('hex'));
  assertTidy(t, it);
});

test.serial('a Job that is started again finds the snapshot of its instant, and that is well', async (t) => {
  let taken = 0;
  const it = await scene(t, () => raftSnapshot({ state: Buffer.alloc(2000, (taken += 1)) }));
  await it.run();
  const first = stored(it);
  await it.run();
  t.deepEqual(stored(it), first);
  t.regex(it.world.lines(), /stored already/);
  assertTidy(t, it);
});

const WHOLE = raftSnapshot({ state: randomBytes(50_000) });
const BROKEN: Readonly<Record<string, readonly [() => Buffer, RegExp]>> = {
  'an empty one': [() => Buffer.alloc(0), /it is empty/],
  'half of one': [() => WHOLE.subarray(0, WHOLE.length / 2), /compression ends early/],
  'all of one but its last byte': [() => WHOLE.subarray(0, -1), /compression ends early/],
  'one without its sealed sums': [() => raftSnapshot({ without: 'SHA256SUMS.sealed' }), /no SHA256SUMS.sealed/],
  'one without its sums': [() => raftSnapshot({ without: 'SHA256SUMS' }), /no SHA256SUMS/],
  'one without its state': [() => raftSnapshot({ without: 'state.bin' }), /no state.bin/],
  'one that is not what its sums say': [
    () => raftSnapshot({ sums: `${'0'.repeat(64)}  meta.json\n${'0'.repeat(64)}  state.bin\n` }),
    /meta.json is not what its sum says/,
  ],
  'a web page': [() => Buffer.from('<html>a proxy in between</html>'), /compression/],
};

for (const [what, [snapshot, told]] of Object.entries(BROKEN)) {
  test.serial(`${what} is an error, and nothing is stored`, async (t) => {
    const it = await scene(t, snapshot);
    const error = await t.throwsAsync(it.run(), { instanceOf: SnapshotError });
    t.regex(error?.message ?? '', told);
    t.is(stored(it), undefined);
    assertTidy(t, it);
  });
}

test.serial('a connection that is cut is tried again', async (t) => {
  const it = await scene(t);
  it.world.server.setScript([{ fault: 'truncate', path: 'sys/storage', times: 2 }]);
  await it.run();
  t.not(stored(it), undefined);
  t.regex(it.world.lines(), /cut off after/);
  assertTidy(t, it);
});

test.serial('a standby that redirects gets no token sent elsewhere, and is an error', async (t) => {
  const it = await scene(t);
  const other = await createAdminWorld(t, { isPlain: true });
  it.world.server.setScript([{ fault: 'redirect', path: 'sys/storage', to: other.server.url }]);
  const error = await t.throwsAsync(it.run(), { instanceOf: VaultError });
  t.regex(error?.message ?? '', /a redirect, which is not followed/);
  t.deepEqual(other.server.requests, []);
  assertTidy(t, it);
});

test.serial('a role that may not take snapshots is an error at once', async (t) => {
  const it = await scene(t);
  it.world.server.state.policies.set('vault-snapshot', 'path "auth/token/revoke-self" { capabilities = ["update"] }');
  const error = await t.throwsAsync(it.run(), { instanceOf: VaultError });
  t.is(error?.fault, 'denied');
  assertTidy(t, it);
});

test.serial('S3 that says no is an error with its word, and the file is gone', async (t) => {
  const it = await scene(t);
  it.s3.setScript([{ fault: 'access-denied', operation: 'PutObject' }]);
  const error = await t.throwsAsync(it.run(), { instanceOf: StoreError });
  t.regex(error?.message ?? '', /AccessDenied/);
  t.is(error?.exitCode, 4);
  assertTidy(t, it);
  t.true(existsSync(it.world.folder));
});

test('the key of a snapshot is made of the instant alone', (t) => {
  t.is(snapshotKey('vault-snapshots', DUE), KEY);
  t.is(snapshotKey('a/b', new Date('2027-01-02T03:04:05.678Z')), 'a/b/2027/01/02/030405.snap');
});

test('a snapshot is proven however it is cut into pieces', async (t) => {
  const { gunzipSync } = await import('node:zlib');
  const tar = gunzipSync(WHOLE);
  for (const size of [1, 7, 511, 512, 513, 100_000]) {
    const check = new SnapshotCheck();
    for (let at = 0; at < tar.length; at += size) check.write(tar.subarray(at, at + size));
    t.notThrows(() => check.finish(), `pieces of ${size}`);
  }
});
