import { readdirSync } from 'node:fs';
import test from 'ava';
import { JOB_FAULTS } from './faults/jobs.ts';
import { ORDER_FAULTS } from './faults/order.ts';
import { against, RULES } from './rules/all.ts';
import { ENVIRONMENTS } from './rules/repository.ts';
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

test('the environments of the pipeline are those of the manifests', (t) => {
  t.deepEqual(readdirSync(`${ROOT}manifests/overlays`).toSorted(), [...ENVIRONMENTS].toSorted());
});
