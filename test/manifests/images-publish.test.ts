import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { ROOT } from '../../manifests/images/build.ts';
import { componentsNamed } from '../../manifests/images/components.ts';
import { buildCommand, refusal } from '../../manifests/images/publish.ts';
import { readVersions, referenceOf } from '../../manifests/images/versions.ts';

const run = promisify(execFile);

function temporary(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'weatherline-publish-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const PART = JSON.stringify({ schemaVersion: 2, layers: [] });
const indexOf = (...architectures: readonly string[]): string =>
  JSON.stringify({
    schemaVersion: 2,
    manifests: architectures.map((architecture) => ({
      digest: digestOf(PART),
      platform: { os: 'linux', architecture },
    })),
  });

/** A registry that answers as the distribution API says, for tags with one fault each. */
async function registry(t: ExecutionContext): Promise<{ host: string; asked: string[] }> {
  const manifests: Readonly<Record<string, readonly [body: string, digest: string]>> = {
    both: [indexOf('amd64', 'arm64'), digestOf(indexOf('amd64', 'arm64'))],
    intel: [indexOf('amd64'), digestOf(indexOf('amd64'))],
    single: [PART, digestOf(PART)],
    lying: [indexOf('amd64', 'arm64'), digestOf('something else')],
    hollow: [indexOf('amd64', 'arm64').replaceAll(digestOf(PART), digestOf('lost')), ''],
    [digestOf(PART)]: [PART, digestOf(PART)],
  };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? ''}`.trim());
    const [path = ''] = (request.url ?? '').split('?');
    if (path === '/token') return response.end('{"token":"for-anybody"}');
    if (request.headers.authorization !== 'Bearer for-anybody') {
      const realm = `http://${request.headers.host}/token`;
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="here",scope="ignored"` });
      return response.end();
    }
    const [body, digest] = manifests[path.slice(path.lastIndexOf('/') + 1)] ?? [];
    if (body === undefined) return response.writeHead(404).end('{"errors":[]}');
    response.writeHead(200, digest === '' || digest === undefined ? {} : { 'docker-content-digest': digest });
    return response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => void server.close());
  const address = server.address();
  return { host: `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, asked };
}

async function resolve(file: string, ...args: readonly string[]): Promise<{ code: number; text: string }> {
  const script = join(ROOT, 'manifests/images/resolve.ts');
  return run(process.execPath, [script, '--file', file, ...args]).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      text: error.stdout + error.stderr,
    }),
  );
}

function tableOf(folder: string, image: string, tags: readonly string[]): string {
  const file = join(folder, 'versions.json');
  const pins = tags.map((tag) => ({ name: tag, image, tag, digest: 'unresolved', why: 'a test' }));
  writeFileSync(file, JSON.stringify(pins));
  return file;
}

test('every image of others is pinned by a tag, once, for a reason, and the base is among them', (t) => {
  const pins = readVersions();
  t.is(new Set(pins.map(({ name }) => name)).size, pins.length);
  t.truthy(pins.find(({ name }) => name === 'nodejs'));
});

test('a tag is resolved to the digest of an index that holds both architectures, and the table keeps it', async (t) => {
  const { host, asked } = await registry(t);
  const file = tableOf(temporary(t), `${host}/some/base`, ['both']);
  const { code, text } = await resolve(file);
  t.is(code, 0, text);
  const [pin] = readVersions(file);
  t.is(pin?.digest, digestOf(indexOf('amd64', 'arm64')));
  t.true(asked.some((line) => line.startsWith('/token?service=here&scope=repository%3Asome%2Fbase%3Apull')));
  t.is((await resolve(file, '--check')).code, 0);
});

test('what cannot be trusted stays unresolved: a wrong digest, one architecture, a part that is lost, no such tag', async (t) => {
  const { host } = await registry(t);
  const file = tableOf(temporary(t), `${host}/some/base`, ['lying', 'intel', 'single', 'hollow', 'absent', 'both']);
  const { code, text } = await resolve(file);
  t.is(code, 1);
  t.regex(text, /lying: .*the bytes are sha256:\w+, the registry says sha256:/);
  t.regex(text, /intel: .*nothing for linux\/arm64/);
  t.regex(text, /single: .*one platform only/);
  t.regex(text, /hollow: .*answers 404/);
  t.regex(text, /absent: .*answers 404/);
  const digests = readVersions(file).map(({ digest }) => digest);
  t.deepEqual(
    digests.slice(0, 5),
    Array.from({ length: 5 }, () => 'unresolved'),
  );
  t.not(digests[5], 'unresolved');
});

test('a registry that is not there is named with the reason, and the table stays as it was', async (t) => {
  const file = tableOf(temporary(t), '127.0.0.1:1/some/base', ['both']);
  const { code, text } = await resolve(file);
  t.is(code, 1);
  t.regex(text, /both: fetch failed: .*(ECONNREFUSED|bad port)/);
});

test('a tag that has moved is told by --check, and nothing is written', async (t) => {
  const { host } = await registry(t);
  const file = tableOf(temporary(t), `${host}/some/base`, ['both']);
  writeFileSync(file, readFileSync(file, 'utf8').replace('unresolved', digestOf('yesterday')));
  const before = readFileSync(file, 'utf8');
  const { code, text } = await resolve(file, '--check');
  t.is(code, 1);
  t.regex(text, /was sha256:\w+: read what has changed/);
  t.is(readFileSync(file, 'utf8'), before);
});

test('neither latest nor half a digest is a pin', (t) => {
  const folder = temporary(t);
  for (const [name, value] of [
    ['tag', 'latest'],
    ['digest', 'sha256:abc'],
    ['digest', ''],
    ['image', 'vault'],
  ] as const) {
    const file = join(folder, 'versions.json');
    const pin = { name: 'x', image: 'example.org/x', tag: '1', digest: 'unresolved', why: 'a test', [name]: value };
    writeFileSync(file, JSON.stringify([pin]));
    t.throws(() => readVersions(file), undefined, `${name}: ${value}`);
  }
});

const [transform] = componentsNamed(['transform']);
const BASE = `example.org/node:24@${digestOf('base')}`;

test('docker is asked for both architectures, a provenance, a bill of materials and the instant of the commit', (t) => {
  if (transform === undefined) return t.fail();
  const revision = 'abcdef0123456789abcdef0123456789abcdef01';
  const order = {
    component: transform,
    registry: 'r.example',
    push: true,
    base: BASE,
    version: '1.2.3',
    revision,
    epoch: 1_700_000_000,
    out: '/o',
  };
  t.deepEqual(buildCommand(order), [
    'buildx',
    'build',
    '--pull',
    '--file=manifests/images/Dockerfile',
    '--platform=linux/amd64,linux/arm64',
    '--provenance=mode=max',
    '--sbom=true',
    '--output=type=image,name=r.example/weatherline/transform:1.2.3-abcdef012345,push=true,rewrite-timestamp=true',
    '--metadata-file=/o/oci/transform.json',
    '--build-arg=COMPONENT=transform',
    `--build-arg=BASE=${BASE}`,
    '--build-arg=VERSION=1.2.3',
    `--build-arg=REVISION=${revision}`,
    '--build-arg=CREATED=2023-11-14T22:13:20.000Z',
    '--build-arg=SOURCE_DATE_EPOCH=1700000000',
    '.',
  ]);
  t.true(
    buildCommand({ ...order, push: false }).includes(
      '--output=type=oci,dest=/o/oci/transform.tar,rewrite-timestamp=true',
    ),
  );
});

test('nothing is published from a dirty tree, nor on a base that nobody has resolved', (t) => {
  t.is(refusal('', BASE, true), undefined);
  t.regex(refusal(' M package.json\n', BASE, false) ?? '', /not committed[^]*package\.json/);
  t.regex(refusal('', 'example.org/node:24', true) ?? '', /is unresolved: run/);
  t.is(refusal('', 'example.org/node:24', false), undefined);
});

/** A repository of its own, so that this one may be as it is; the code that runs is this one's. */
async function cleanCopy(t: ExecutionContext): Promise<string> {
  const copy = join(temporary(t), 'copy');
  const files = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  const list = join(temporary(t), 'files');
  writeFileSync(list, files.stdout);
  await run('mkdir', ['-p', copy]);
  await run('sh', ['-c', 'tar -cf - -T "$1" | tar -xf - -C "$2"', 'sh', list, copy], { cwd: ROOT });
  const links = await run('sh', ['-c', 'find . -name node_modules -type d -prune | grep -v /out/'], { cwd: ROOT });
  for (const path of links.stdout.trim().split('\n')) await run('cp', ['-al', join(ROOT, path), join(copy, path)]);
  const git = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
  await run('sh', ['-c', `git init -q . && git add -A && git ${git.join(' ')} commit -qm test`], { cwd: copy });
  return copy;
}

const isFull = process.env['WEATHERLINE_TEST_LEVEL'] === 'all';
const long = isFull ? test.serial : test.serial.skip;

long(
  `the script builds, has docker push and prints what was pushed by digest, else refuses${isFull ? '' : ' (skipped: npm run test:all)'}`,
  async (t) => {
    t.timeout(180_000);
    const copy = await cleanCopy(t);
    const bin = temporary(t);
    const pushed = digestOf('pushed');
    // Writes down what it is asked, and does as buildx does with its metadata.
    writeFileSync(
      join(bin, 'docker'),
      `#!/bin/sh
printf '%s\\n' "$@" > "${bin}/asked"
echo "$SOURCE_DATE_EPOCH" > "${bin}/epoch"
test -s out/images/transform/main.mjs || exit 3
for argument; do case $argument in --metadata-file=*) printf '{"containerimage.digest":"${pushed}"}' > "\${argument#*=}" ;; esac; done
`,
    );
    chmodSync(join(bin, 'docker'), 0o755);
    const versions = join(bin, 'versions.json');
    const table = readFileSync(join(ROOT, 'manifests/images/versions.json'), 'utf8');
    writeFileSync(versions, table.replaceAll(/sha256:[0-9a-f]{64}/g, 'unresolved'));
    const publish = async (...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
      run(process.execPath, [join(copy, 'manifests/images/publish.ts'), '--registry', 'r.example', ...args], {
        cwd: copy,
        env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
      }).then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        (error: { code: number; stdout: string; stderr: string }) => error,
      );

    const unresolved = await publish('--push', '--versions', versions, 'transform');
    t.is(unresolved.code, 1);
    t.regex(unresolved.stderr, /unresolved/);
    writeFileSync(versions, table.replaceAll('"unresolved"', `"${digestOf('base')}"`));
    const done = await publish('--push', '--versions', versions, 'transform');
    t.is(done.code, 0, done.stderr);
    t.is(done.stdout, `r.example/weatherline/transform@${pushed}\n`);
    t.true(
      readFileSync(join(bin, 'asked'), 'utf8').includes(
        `BASE=gcr.io/distroless/nodejs24-debian13:nonroot@${digestOf('base')}\n`,
      ),
    );
    t.regex(readFileSync(join(bin, 'epoch'), 'utf8'), /^\d{10}$/m);
    writeFileSync(join(copy, 'README.md'), 'changed');
    const dirty = await publish('transform');
    t.is(dirty.code, 1);
    t.regex(dirty.stderr, /README\.md/);
  },
);

test('a reference names the digest where one is known', (t) => {
  const pin = { name: 'x', image: 'example.org/x', tag: '1', digest: 'unresolved', why: 'a test' };
  t.is(referenceOf(pin), 'example.org/x:1');
  t.is(referenceOf({ ...pin, digest: digestOf('x') }), `example.org/x:1@${digestOf('x')}`);
});
