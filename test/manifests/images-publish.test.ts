import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { ROOT } from '../../manifests/images/build.ts';
import { componentsNamed } from '../../manifests/images/components.ts';
import { buildCommand, refusal } from '../../manifests/images/publish.ts';

const run = promisify(execFile);

function temporary(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'weatherline-publish-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

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
