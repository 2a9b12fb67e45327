import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { stringify } from 'yaml';
import { runChecks } from '../manifests/check.ts';
import { runbooks } from './checks/alerts.ts';
import { loadKnowledge } from '../manifests/knowledge.ts';
import { objectOf, ofKind } from '../manifests/objects.ts';
import { cannotRender, overlay } from '../manifests/render.ts';
import { listAt } from '../manifests/tree.ts';

const noPromtool =
  spawnSync('promtool', ['--version']).error === undefined ? undefined : 'promtool is not installed here';
const reason = cannotRender() ?? noPromtool;
const when = reason === undefined ? test : test.skip;

when(`promtool accepts every rule of prod${reason === undefined ? '' : ` (skipped: ${reason})`}`, (t) => {
  const groups = ofKind(overlay('prod'), 'PrometheusRule').flatMap(({ namespace, name, body }) =>
    listAt(body, 'spec', 'groups').map((group) => ({
      ...Object(group),
      name: `${namespace}/${name}/${JSON.stringify(group).length}`,
    })),
  );
  t.true(groups.length > 0);
  const folder = mkdtempSync(join(tmpdir(), 'weatherline-rules-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, stringify({ groups }));
  const { status, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
  t.is(status, 0, stderr);
});

const PAGE = `# One page
## First
**Meaning.** a
**User impact.** b
**First look.** c
**Likely causes.** d
**Mitigation.** e
**Verify.** f
**Escalation.** g
## Second
**Meaning.** a
`;

async function missing(url: string): Promise<string[]> {
  const rule = { alert: 'A', expr: 'up', annotations: { runbook_url: url } };
  const objects = [
    objectOf({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      spec: { groups: [{ name: 'g', rules: [rule] }] },
    }),
  ];
  const knowledge = {
    ...(await loadKnowledge([])),
    file: (path: string) => (path === 'docs/runbooks/one.md' ? PAGE : undefined),
  };
  return runChecks([runbooks], objects, { overlay: 'prod', toApply: false, knowledge }).map(({ expected }) => expected);
}

test('an alert leads to a section of a page that has every heading', async (t) => {
  const base = 'https://weatherline.dev/docs/runbooks';
  t.deepEqual(await missing(`${base}/one.md#first`), []);
  t.is((await missing(`${base}/one.md#second`)).length, 6);
  t.deepEqual(await missing(`${base}/one.md#third`), ['a heading in one.md']);
  t.deepEqual(await missing(`${base}/two.md`), ['a page of docs/runbooks']);
});
