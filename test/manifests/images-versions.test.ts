import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { ROOT } from '../../manifests/images/build.ts';
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

test('a reference names the digest where one is known', (t) => {
  const pin = { name: 'x', image: 'example.org/x', tag: '1', digest: 'unresolved', why: 'a test' };
  t.is(referenceOf(pin), 'example.org/x:1');
  t.is(referenceOf({ ...pin, digest: digestOf('x') }), `example.org/x:1@${digestOf('x')}`);
});
