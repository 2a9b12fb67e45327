import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ALLOWED, CEILINGS } from '../../manifests/images/allowed-packages.ts';
import { buildComponent, ROOT, type Built } from '../../manifests/images/build.ts';
import { COMPONENTS, componentsNamed } from '../../manifests/images/components.ts';
import { workspacePackagesOf } from '../../manifests/images/packages.ts';
import { purl } from '../../manifests/images/sbom.ts';
import { translated } from '../../manifests/images/trace.ts';

const isFull = process.env['WEATHERLINE_TEST_LEVEL'] === 'all';
const long = isFull ? test.serial : test.serial.skip;
const why = isFull ? '' : ' (skipped: npm run test:all)';

function temporary(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'weatherline-images-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const built = new Map<string, Promise<Built>>();
const shared = mkdtempSync(join(tmpdir(), 'weatherline-images-'));
test.after.always(() => rmSync(shared, { recursive: true, force: true }));

/** Each is built once for all tests of this file. */
async function build(name: string): Promise<Built> {
  const [component] = componentsNamed([name]);
  if (component === undefined) throw new Error(`there is no image ${name}`);
  const found = built.get(name) ?? buildComponent(component, { out: shared });
  built.set(name, found);
  return found;
}

for (const { name } of COMPONENTS) {
  test.serial(
    `the image ${name} holds only packages that it may hold, few of them, each with its licence`,
    async (t) => {
      const { packages, folder } = await build(name);
      const names = new Set(packages.map((one) => one.name));
      t.deepEqual(
        [...names].filter((one) => !ALLOWED.has(one)),
        [],
        'nobody has said why an image needs these',
      );
      t.true(names.size <= (CEILINGS[name] ?? 0), `${names.size} packages`);
      const text = readFileSync(join(folder, 'THIRD-PARTY.txt'), 'utf8');
      for (const one of packages) t.true(text.includes(`\n${one.name} ${one.version}\n`), one.name);
      t.true(readFileSync(join(folder, 'LICENSE'), 'utf8').includes('Apache License'));
    },
  );

  test.serial(
    `the image ${name} names no directory of the machine that built it, and everybody may read it`,
    async (t) => {
      const { folder } = await build(name);
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        t.is(statSync(path).mode & 0o777, entry.isDirectory() ? 0o755 : 0o644, path);
        if (entry.isDirectory()) continue;
        const text = readFileSync(path, 'utf8');
        for (const place of [ROOT, shared]) t.false(text.includes(place), path);
      }
    },
  );
}

test.serial('what is allowed is used', async (t) => {
  const used = new Set<string>();
  for (const { name } of COMPONENTS) for (const one of (await build(name)).packages) used.add(one.name);
  t.deepEqual(
    [...ALLOWED].filter((name) => !used.has(name)),
    [],
  );
});

test.serial(
  'a function holds neither the gateway nor the command line, and only who needs the store has its client',
  async (t) => {
    const holds = async (name: string): Promise<string[]> => (await build(name)).packages.map((one) => one.name);
    t.false((await holds('transform')).includes('@aws-sdk/client-s3'));
    for (const name of ['fetch', 'transform', 'upload'])
      t.false((await holds(name)).some((one) => /^koa$|commander/.test(one)));
    for (const { name } of COMPONENTS)
      t.false(
        (await holds(name)).some((one) => /^ava$|@kubernetes/.test(one)),
        name,
      );
  },
);

test.serial('a stack trace of a bundle is told in files and lines of the sources', async (t) => {
  const { folder } = await build('transform');
  const lines = readFileSync(join(folder, 'main.mjs'), 'utf8').split('\n');
  const needle = 'unknown setting';
  const at = lines.findIndex((line) => line.includes('WEATHERLINE_KAFKA_BROKERS'));
  const column = (lines[at] ?? '').indexOf('WEATHERLINE_KAFKA_BROKERS');
  const trace = `Error: ${needle}\n    at load (file:///app/main.mjs:${at + 1}:${column + 1})\n    at node:internal/x:1:2`;
  const text = translated(trace, join(shared, 'maps/transform'));
  t.regex(text, /at load \(packages\/adapters\/src\/[\w/-]+\.ts:\d+:\d+\)/);
  t.true(text.endsWith('at node:internal/x:1:2'));
});

function digests(folder: string): Record<string, string> {
  const files = globSync('**', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .map(
        (path) => [path.slice(folder.length), createHash('sha256').update(readFileSync(path)).digest('hex')] as const,
      )
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The repository as it is, somewhere else; links in the place of bytes where that can be. */
function copyOfEverything(target: string): void {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const file of files.trim().split('\n')) cpSync(join(ROOT, file), join(target, file), { recursive: true });
  for (const folder of globSync('{.,packages/*,functions/*,gateway,cli}/node_modules', { cwd: ROOT })) {
    execFileSync('cp', ['-a', join(ROOT, folder), join(target, folder)]);
  }
}

long(`two builds in two directories give the same bytes${why}`, async (t) => {
  t.timeout(300_000);
  const elsewhere = join(temporary(t), 'elsewhere');
  copyOfEverything(elsewhere);
  for (const component of COMPONENTS) {
    const { folder } = await build(component.name);
    const again = await buildComponent(component, { root: `${elsewhere}/`, out: temporary(t) });
    t.deepEqual(digests(again.folder), digests(folder), component.name);
  }
});

long(
  `the bill of materials of an image names exactly what is in its bundle, and is the same every time${why}`,
  async (t) => {
    t.timeout(300_000);
    for (const component of COMPONENTS) {
      const out = temporary(t);
      const { packages, inputs } = await buildComponent(component, { out, sbom: true });
      const file = join(out, 'sbom', `${component.name}.cdx.json`);
      const text = readFileSync(file, 'utf8');
      const document = JSON.parse(text);
      t.is(document.bomFormat, 'CycloneDX');
      t.is(document.metadata.component.name, `weatherline/${component.name}`);
      const expected = [...packages, ...workspacePackagesOf(ROOT, inputs)].map((one) => purl(one.name, one.version));
      const self = document.metadata.component.purl;
      const listed = document.components.map((one: { purl: string }) => one.purl);
      t.deepEqual(listed.toSorted(), expected.filter((one) => one !== self).toSorted(), component.name);
      if (component.name !== 'transform') continue;
      await buildComponent(component, { out, sbom: true });
      t.is(readFileSync(file, 'utf8'), text);
    }
  },
);
