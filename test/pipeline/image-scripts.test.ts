import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { digestsIn, digestsOf, withDigests } from '../../.github/scripts/digests.ts';
import { COMPONENTS } from '../../manifests/images/components.ts';
import { Bench, forRunners, script, type Ran } from './support/bench.ts';
import { ROOT } from './support/workflow.ts';

const runnerTest = forRunners(test, test.skip);

const MANIFEST = '{"an":"index"}';
const DIGEST = `sha256:${createHash('sha256').update(MANIFEST).digest('hex')}`;
const REGISTRY = '111122223333.dkr.ecr.us-east-2.amazonaws.com';
const IMAGE = `${REGISTRY}/weatherline/fetch`;

/** A registry that has nothing until something is copied into it, and then `manifest`. */
function registry(t: ExecutionContext, manifest = MANIFEST): Bench {
  const bench = new Bench(t);
  return bench.program('cosign').program(
    'skopeo',
    `case $1 in
       copy) touch "${bench.folder}/copied" ;;
       inspect) [[ -e "${bench.folder}/copied" ]] || exit 1; printf '%s' '${manifest}' ;;
     esac`,
  );
}

function copied(bench: Bench, digest: string): Ran {
  return bench.run([script('copy-image.sh'), 'oci-archive:fetch.tar', REGISTRY, 'fetch', digest]);
}

runnerTest('an image is copied whole, under a tag of its run, and signed by its digest; once', (t) => {
  const bench = registry(t);
  const first = copied(bench, DIGEST);
  t.is(first.code, 0, first.text);
  t.true(
    first.calls.includes(
      `skopeo copy --all --preserve-digests oci-archive:fetch.tar docker://${IMAGE}:cccccccccccc-7-1`,
    ),
  );
  t.is(first.calls.at(-1), `cosign sign --yes ${IMAGE}@${DIGEST}`);
  const second = copied(bench, DIGEST);
  t.is(second.code, 0);
  t.false(second.calls.some((call) => call.startsWith('skopeo copy')));
});

runnerTest('what is not the image that was built is not signed', (t) => {
  const changed = copied(registry(t, '{"another":"index"}'), DIGEST);
  t.is(changed.code, 1);
  t.false(changed.calls.some((call) => call.startsWith('cosign')));
  t.is(copied(registry(t), 'latest').code, 1);
});

runnerTest('push.sh takes what build has left, of this registry and component only', (t) => {
  const bench = registry(t);
  bench.write('image/digests/fetch.txt', `${IMAGE}@${DIGEST}\n`);
  const pushed = bench.run([script('push.sh'), 'fetch', REGISTRY, `${bench.temp}/image`]);
  t.is(pushed.code, 0, pushed.text);
  t.is(pushed.outputs['digest'], DIGEST);
  t.true(pushed.calls.at(-1)?.startsWith('cosign attest --yes --type cyclonedx --predicate'));
  for (const other of [
    `${REGISTRY}/weatherline/upload@${DIGEST}`,
    `elsewhere.example/weatherline/fetch@${DIGEST}`,
    IMAGE,
  ]) {
    bench.write('image/digests/fetch.txt', `${other}\n`);
    const refused = bench.run([script('push.sh'), 'fetch', REGISTRY, `${bench.temp}/image`]);
    t.is(refused.code, 1, other);
    t.deepEqual(refused.calls, []);
  }
});

runnerTest('what a workflow of main has not signed is not promoted', (t) => {
  const target = REGISTRY.replace('1111', '4444');
  const promoted = registry(t).run([script('promote.sh'), REGISTRY, target, 'fetch', DIGEST]);
  t.is(promoted.code, 0, promoted.text);
  t.true(promoted.calls[0]?.startsWith('cosign verify '));
  t.true(
    promoted.calls[0]?.includes(
      String.raw`^https://github\.com/owner/weather\.line/\.github/workflows/(images|promote)\.yml@refs/heads/main$`,
    ),
  );
  t.true(
    promoted.calls.some((call) =>
      call.startsWith(`skopeo copy --all --preserve-digests docker://${IMAGE}@${DIGEST} docker://${target}/`),
    ),
  );
  const refused = registry(t)
    .program('cosign', 'exit 1')
    .run([script('promote.sh'), REGISTRY, target, 'fetch', DIGEST]);
  t.is(refused.code, 1);
  t.is(refused.calls.length, 1);
});

runnerTest('log-in.sh gives its password to a registry of ECR and nobody else', (t) => {
  const bench = new Bench(t).program('aws', 'echo word').program('docker', 'cat >/dev/null');
  t.is(bench.run([script('log-in.sh'), REGISTRY]).code, 0);
  for (const other of ['example.com', `${REGISTRY}.example.com`, `example.com/${REGISTRY}`]) {
    const refused = bench.run([script('log-in.sh'), other]);
    t.is(refused.code, 1, other);
    t.deepEqual(refused.calls, []);
  }
});

runnerTest('a scan looks at both architectures and at the list of packages, and a finding ends it', (t) => {
  const bench = new Bench(t).program('skopeo').program('docker');
  const passed = bench.run([script('scan.sh'), 'fetch']);
  // No table is read here: the workflow names the scanner.
  t.is(passed.code, 1);
  const env = ['-c', `TRIVY_IMAGE=scanner exec bash ${script('scan.sh')} fetch`];
  const { code, calls } = bench.run(env);
  t.is(code, 0);
  const scans = calls.filter((call) => call.startsWith('docker run'));
  t.deepEqual(
    scans.map((call) => /(fetch-amd64|fetch-arm64|fetch\.cdx\.json)$/.exec(call)?.[1]),
    ['fetch-amd64', 'fetch-arm64', 'fetch.cdx.json'],
  );
  t.true(scans.every((call) => call.includes('--exit-code 1')));
  t.is(bench.program('docker', 'exit 1').run(env).code, 1);
});

runnerTest('images are not built on a base that is known by its tag alone', (t) => {
  const bench = new Bench(t);
  cpSync(`${ROOT}.github/scripts`, join(bench.temp, '.github/scripts'), { recursive: true });
  const table = (digest: string): string =>
    JSON.stringify([
      { name: 'other', digest: DIGEST },
      { name: 'nodejs', digest },
    ]);
  const check = ['.github/scripts/base-pinned.sh'];
  bench.write('manifests/images/versions.json', table('unresolved'));
  t.is(bench.run(check, { cwd: bench.temp }).code, 1);
  bench.write('manifests/images/versions.json', table(DIGEST));
  t.is(bench.run(check, { cwd: bench.temp }).code, 0);
});

const LINES = COMPONENTS.map(({ name }) => `${REGISTRY}/weatherline/${name}@${DIGEST}\n`);

for (const environment of ['dev', 'staging', 'prod', 'dr']) {
  test(`digests are written into the overlay of ${environment} and nothing else is`, (t) => {
    const before = readFileSync(`${ROOT}manifests/overlays/${environment}/kustomization.yaml`, 'utf8');
    const after = withDigests(before, digestsIn(LINES.join('')));
    t.deepEqual(
      [...digestsOf(after)],
      COMPONENTS.map(({ name }) => [name, DIGEST]),
    );
    const others = (text: string): string[] => text.split('\n').filter((line) => !line.includes('name: weatherline/'));
    t.deepEqual(others(after), others(before));
    t.is(withDigests(after, digestsIn(LINES.join(''))), after);
  });
}

test('what is named by a tag is not promoted, and no list with a gap is written', (t) => {
  t.throws(() => digestsOf('  - { name: weatherline/fetch, newTag: 0.1.0 }\n'), { message: /not named by a digest/ });
  t.throws(() => digestsIn(LINES.slice(1).join('')), { message: /no digest of fetch/ });
  t.throws(() => digestsIn([...LINES, LINES[0]].join('')), { message: /comes twice/ });
  t.throws(() => digestsIn(`${REGISTRY}/weatherline/fetch:1.0.0\n`), { message: /no component by its digest/ });
});

runnerTest('a proposal is one branch, one pull request, and its checks', (t) => {
  const bench = new Bench(t).program('gh');
  const git = (folder: string, ...args: readonly string[]): Ran =>
    bench.run(['-c', `git ${args.join(' ')}`], { cwd: join(bench.temp, folder) });
  const file = bench.write('work/manifests/overlays/dev/kustomization.yaml', 'before\n');
  bench.write('origin/README', '');
  git('origin', 'init', '-q', '--bare', '.');
  for (const args of [
    ['init', '-q', '-b', 'main', '.'],
    ['add', '.'],
    ['-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-qm', 'first'],
    ['remote', 'add', 'origin', '../origin'],
  ])
    t.is(git('work', ...args).code, 0);
  const propose = [script('propose.sh'), 'dev', "'Run'"];
  const cwd = join(bench.temp, 'work');
  t.deepEqual(bench.run(propose, { cwd }).calls, []);
  writeFileSync(file, 'after\n');
  const { code, text, calls } = bench.run(propose, { cwd });
  t.is(code, 0, text);
  t.deepEqual(
    calls.map((call) => call.split(' ').slice(1, 3).join(' ')),
    ['auth setup-git', 'pr list', 'pr create', 'workflow run'],
  );
  t.true(git('origin', 'show', 'images-dev:manifests/overlays/dev/kustomization.yaml').text.includes('after'));
});
