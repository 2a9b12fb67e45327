import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { resolveAction, writeWorkflows } from '../../.github/versions/resolve.ts';
import { readVersions, UNRESOLVED, writeVersions, type Versions } from '../../.github/versions/versions.ts';
import { imageReferenceOf, referenceOf, written } from '../../.github/versions/workflows.ts';
import { PNPM } from '../../manifests/images/sbom.ts';
import { Bench, forRunners, type Ran } from './support/bench.ts';
import { COMMIT, resolved } from './support/resolved.ts';
import { readWorkflows, ROOT } from './support/workflow.ts';

const runnerTest = forRunners(test, test.skip);

test('the table names versions of tools as the rest of the repository does', (t) => {
  const tools = new Map(readVersions().tools.map(({ name, version }) => [name, version]));
  t.is(`pnpm@${tools.get('pnpm')}`, PNPM);
  const manifest: unknown = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  t.is(Object(Object(manifest)['devDependencies'])['node-lts'], `npm:node@^${tools.get('node')}`);
  t.regex(tools.get('opentofu') ?? '', /^1\.(1\d|[2-9]\d)\.\d+$/);
});

test('everything in the table is used, once for each use', (t) => {
  const text = [...readWorkflows().values()].join('\n');
  const { actions, images, tools } = readVersions();
  for (const action of actions) t.true(text.includes(`uses: ${referenceOf(action)}\n`), action.name);
  for (const image of images) t.true(text.includes(`: ${imageReferenceOf(image)}\n`), image.name);
  for (const tool of tools) t.true(text.includes(`${tool.setting}: ${tool.version}\n`), tool.name);
});

test('resolved pins are written into every use, and can be written again', (t) => {
  const versions = resolved(readVersions());
  for (const [name, text] of readWorkflows()) {
    const after = written(text, versions);
    for (const [, action = ''] of after.matchAll(/uses: ([^.\s].*)/g))
      t.regex(action, /^[\w./-]+@a{40} # v[\d.]+$/, name);
    for (const [, image = ''] of after.matchAll(/_IMAGE: (.*)/g))
      t.regex(image, /^[\w./-]+:v?[\d.]+@sha256:b{64}$/, name);
    t.is(written(after, versions), after, name);
    t.is(written(after, readVersions()), text, name);
  }
});

/** A host with one repository, whose tags are of both kinds. */
function host(t: ExecutionContext): { readonly bench: Bench; readonly url: string; readonly commit: string } {
  const bench = new Bench(t);
  bench.write('actions/checkout/action.yml', 'name: one\n');
  const git = (...args: readonly string[]): string => {
    const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
    const { status, stdout, stderr } = spawnSync('git', [...identity, ...args], {
      cwd: join(bench.temp, 'actions/checkout'),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  git('init', '-q', '-b', 'main', '.');
  git('add', '.');
  git('commit', '-qm', 'one');
  git('tag', 'v1.0.0');
  git('tag', '-a', '-m', 'two', 'v2.0.0');
  return { bench, url: bench.temp, commit: git('rev-parse', 'HEAD') };
}

const action = { name: 'actions/checkout', tag: 'v1.0.0', commit: UNRESOLVED, why: 'a test' };

test('a tag is resolved to the commit that it is on, whichever kind of tag it is', async (t) => {
  const { url, commit } = host(t);
  for (const tag of ['v1.0.0', 'v2.0.0']) {
    const { now, isBad } = await resolveAction({ ...action, tag }, url);
    t.is(now.commit, commit, tag);
    t.false(isBad);
  }
});

test('a tag that is missing stays unresolved, and one that was moved is not taken', async (t) => {
  const { url } = host(t);
  const missing = await resolveAction({ ...action, tag: 'v9.9.9' }, url);
  t.deepEqual([missing.now.commit, missing.isBad], [UNRESOLVED, true]);
  const moved = await resolveAction({ ...action, commit: COMMIT }, url);
  t.deepEqual([moved.now.commit, moved.isBad], [COMMIT, true]);
  t.regex(moved.line, /WAS a{40}/);
});

runnerTest('the command writes the table and the workflows, and with --check says what it would write', (t) => {
  const { bench, url, commit } = host(t);
  const file = bench.write('versions.json', '');
  writeVersions({ actions: [action], images: [], tools: [] }, file);
  const workflow = bench.write('workflows/one.yml', '    steps:\n      - uses: actions/checkout@v0.1.0 # old\n');
  const run = (...more: readonly string[]): Ran =>
    bench.run([
      '-c',
      `node ${ROOT}.github/versions/resolve.ts --file ${file} --workflows ${bench.temp}/workflows --host ${url} ${more.join(' ')}`,
    ]);
  t.is(run('--check').code, 1);
  t.is(readVersions(file).actions[0]?.commit, UNRESOLVED);
  const { code, text } = run();
  t.is(code, 0, text);
  t.is(readVersions(file).actions[0]?.commit, commit);
  t.is(readFileSync(workflow, 'utf8'), `    steps:\n      - uses: actions/checkout@${commit} # v1.0.0\n`);
  t.is(run('--check').code, 0);
});

test('a version that can be another one tomorrow is not taken into the table', (t) => {
  const bench = new Bench(t);
  for (const tag of ['v1', 'main', 'latest']) {
    const file = bench.write('versions.json', JSON.stringify({ actions: [{ ...action, tag }], images: [], tools: [] }));
    t.throws(() => readVersions(file), { message: /whole version/ }, tag);
  }
});

/** What pinned.sh says of these workflows with this table. */
function pinned(t: ExecutionContext, versions: Versions, change = (text: string): string => text): Ran {
  const bench = new Bench(t);
  cpSync(`${ROOT}.github`, join(bench.temp, '.github'), { recursive: true });
  writeVersions(versions, join(bench.temp, '.github/versions/versions.json'));
  const workflows = join(bench.temp, '.github/workflows');
  writeWorkflows(workflows, versions, false);
  const file = join(workflows, 'drift.yml');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return bench.run(['.github/scripts/pinned.sh'], { cwd: bench.temp });
}

runnerTest('nothing with power starts while anything is unresolved', (t) => {
  const versions = resolved(readVersions());
  t.is(pinned(t, versions).code, 0);
  const [first, ...others] = versions.actions;
  const [image, ...images] = versions.images;
  t.truthy(first && image);
  if (first === undefined || image === undefined) return;
  t.is(pinned(t, { ...versions, actions: [{ ...first, commit: UNRESOLVED }, ...others] }).code, 1);
  t.is(pinned(t, { ...versions, images: [{ ...image, digest: UNRESOLVED }, ...images] }).code, 1);
});

const LOOSE: readonly (readonly [title: string, step: string])[] = [
  ['a tag', 'uses: somebody/something@v1'],
  ['a branch, the key in quotes', '"uses": somebody/something@main'],
  ['a tag with a commit beside it', `uses : somebody/something@v1 # ${COMMIT}`],
  ['an image', "uses: 'docker://alpine:3'"],
  ['a tag, in braces', '{ name: one, uses: somebody/something@v1 }'],
  ['a tag on a line of its own', 'uses:\n          somebody/something@v1'],
];
for (const [title, step] of LOOSE) {
  runnerTest(`pinned.sh refuses what is used by ${title}`, (t) => {
    const change = (text: string): string => text.replace('    steps:\n', `    steps:\n      - ${step}\n`);
    t.is(pinned(t, resolved(readVersions()), change).code, 1);
  });
}

runnerTest('the pins of this commit are what pinned.sh says they are', (t) => {
  const isResolved = !JSON.stringify(readVersions()).includes(UNRESOLVED);
  t.is(new Bench(t).run([`${ROOT}.github/scripts/pinned.sh`]).code, isResolved ? 0 : 1);
});
