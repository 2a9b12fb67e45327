import { readFileSync } from 'node:fs';
import test from 'ava';
import { JOB_FAULTS } from './faults/jobs.ts';
import { ORDER_FAULTS } from './faults/order.ts';
import { against, RULES } from './rules/all.ts';
import { readWorkflows, ROOT } from './support/workflow.ts';

const TEXTS = readWorkflows();
const FAULTS = [...JOB_FAULTS, ...ORDER_FAULTS];

test('the workflows keep every rule', async (t) => {
  t.deepEqual([...(await against(TEXTS))], []);
});

for (const { title, file, from, to, rule } of FAULTS) {
  test(`found when ${title}`, async (t) => {
    const text = TEXTS.get(file) ?? '';
    t.true(text.includes(from), `${file} no longer says ${from}`);
    const found = await against(
      new Map(TEXTS).set(
        file,
        text.replace(from, () => to),
      ),
    );
    t.deepEqual([...found.keys()].join(' / '), rule, JSON.stringify([...found], null, 2));
  });
}

test('every rule has a fault that it finds', (t) => {
  const found = new Set(FAULTS.flatMap(({ rule }) => rule.split(' / ')));
  t.deepEqual(
    RULES.map(({ name }) => name).filter((name) => !found.has(name)),
    [],
  );
});

test('the roles of infra/modules/ci are trusted to the tokens that these jobs have', (t) => {
  const text = readFileSync(`${ROOT}infra/modules/ci/main.tf`, 'utf8');
  const [, subjects = ''] = /\n {2}subjects = \{\n(.*?)\n {2}\}\n/s.exec(text) ?? [];
  const of = (role: string): readonly string[] => {
    const [, list = ''] = new RegExp(`^ +${role} += \\[(.*?)\\]`, 'ms').exec(subjects) ?? [];
    return [...list.matchAll(/"repo:\$\{var\.repository\}:([^"]+)"/g)].map(([, rest = '']) => rest);
  };
  // A rule holds that only apply's jobs have an environment, which takes the place of both others in a token.
  t.deepEqual(of('plan'), ['pull_request', 'ref:refs/heads/main']);
  t.deepEqual(of('apply'), ['environment:${var.environment}']);
  t.deepEqual(of('push'), ['ref:refs/heads/main']);
});
