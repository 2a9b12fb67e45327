import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Evidence } from './checks/checklist/claim.ts';
import { CHECKLIST } from './checks/checklist/index.ts';
import { ENVIRONMENTS, planEnvironment, type PlannedEnvironment } from './checks/environments.ts';
import { plantWritten } from './checks/faults/plant.ts';
import { ROOT_FAULTS } from './checks/faults/written.ts';
import { parseTree } from './checks/hcl.ts';
import { lineOf, problems } from './checks/rule.ts';
import { RULES } from './checks/rules/index.ts';
import { INFRA } from './checks/workspace.ts';
import { ROOT_RULES } from './checks/written/roots.ts';
import { writtenProblems } from './checks/written/rule.ts';
import { SECRET_RULES } from './checks/written/secrets.ts';
import { infraGate } from './support/gate.ts';

const PLAN_WITHIN_MS = 600_000;
const REPOSITORY = join(INFRA, '..');
const files = await parseTree(INFRA);
const gate = infraGate();
const all: readonly Evidence[] = CHECKLIST.flatMap(({ claims }) => claims.flatMap(({ by }) => by));
const named = (kind: 'rule' | 'written'): ReadonlySet<string> =>
  new Set(
    all.flatMap((one) =>
      kind === 'rule' && 'rule' in one ? [one.rule] : kind === 'written' && 'written' in one ? [one.written] : [],
    ),
  );

test('every claim of the checklist names a rule, a test or a line that is there', (t) => {
  const rules = new Set(RULES.map(({ name }) => name));
  const writtenRules = new Set([...ROOT_RULES, ...SECRET_RULES].map(({ name }) => name));
  const missing = (one: Evidence): boolean => {
    if ('rule' in one) return !rules.has(one.rule);
    if ('written' in one) return !writtenRules.has(one.written);
    if ('open' in one) return false;
    const text = readFileSync(join(REPOSITORY, one.file), 'utf8');
    return !text.includes('title' in one ? one.title : one.line);
  };
  t.deepEqual(all.filter(missing), []);
  t.true(CHECKLIST.every(({ claims }) => claims.length > 0 && claims.every(({ by }) => by.length > 0)));
});

test('every rule answers for an item of the checklist', (t) => {
  t.deepEqual(
    RULES.filter(({ name }) => !named('rule').has(name)).map(({ name }) => name),
    [],
  );
  t.deepEqual(
    [...ROOT_RULES, ...SECRET_RULES].filter(({ name }) => !named('written').has(name)).map(({ name }) => name),
    [],
  );
});

test('what is not built yet is told, and no item is left out', (t) => {
  const open = CHECKLIST.flatMap(({ item, claims }) =>
    claims.flatMap(({ says, by }) => by.flatMap((one) => ('open' in one ? [`${item}: ${says} (${one.open})`] : []))),
  );
  for (const line of open) t.log(`open: ${line}`);
  t.log(`${CHECKLIST.length} items, ${CHECKLIST.flatMap(({ claims }) => claims).length} claims, ${open.length} open`);
  t.is(CHECKLIST.length, 17);
  t.is(open.length, 5);
});

test('every root keeps its state, its account and its values as it should', (t) => {
  t.deepEqual(writtenProblems(ROOT_RULES, files).map(lineOf), []);
  for (const { name, judge } of ROOT_RULES) t.true(judge(files).length >= 5, `${name} looks at every root`);
});

for (const fault of ROOT_FAULTS) {
  test(`${fault.title}: found by ${fault.found.join(' and ')}`, async (t) => {
    const before = new Set(writtenProblems(ROOT_RULES, files).map(lineOf));
    const found = writtenProblems(ROOT_RULES, await plantWritten(files, fault)).filter(
      (one) => !before.has(lineOf(one)),
    );
    t.deepEqual([...new Set(found.map(({ rule }) => rule))], fault.found);
  });
}

test('every rule on roots is proven by a mistake', (t) => {
  const proven = new Set(ROOT_FAULTS.flatMap(({ found }) => found));
  t.deepEqual(
    ROOT_RULES.map(({ name }) => name).filter((name) => !proven.has(name)),
    [],
  );
});

for (const name of ENVIRONMENTS) {
  const title = `no rule finds a problem in what ${name} plans, and nothing in it is secret`;
  if (gate.reason === undefined) {
    const { tool } = gate;
    test.serial(title, async (t) => {
      t.timeout(PLAN_WITHIN_MS);
      const { world, secrets }: PlannedEnvironment = await planEnvironment(tool, name);
      t.deepEqual(problems(RULES, world).map(lineOf), []);
      t.deepEqual(secrets, []);
      const judged = RULES.filter(({ judge }) => judge(world).length > 0).length;
      t.log(`${name}: ${world.resources.length} resources, ${judged} of ${RULES.length} rules have something to judge`);
      t.true(name === 'global' ? judged >= 1 : judged >= 25);
    });
  } else test.skip(`${title} (skipped: ${gate.reason})`, (t) => t.fail());
}
