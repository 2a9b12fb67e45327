import test from 'ava';
import { SECRET_FAULTS } from './checks/faults/written.ts';
import { plantWritten } from './checks/faults/plant.ts';
import { parseTree } from './checks/hcl.ts';
import { lineOf } from './checks/rule.ts';
import { secretsOfState } from './checks/state-secrets.ts';
import { INFRA } from './checks/workspace.ts';
import { writtenProblems } from './checks/written/rule.ts';
import { SECRET_RULES } from './checks/written/secrets.ts';

const files = await parseTree(INFRA);

test('no secret enters a variable, a resource or an output of infra', (t) => {
  t.deepEqual(writtenProblems(SECRET_RULES, files).map(lineOf), []);
  for (const { name, judge } of SECRET_RULES) t.true(judge(files).length > 100, `${name} looks at everything`);
});

for (const fault of SECRET_FAULTS) {
  test(`${fault.title}: found by ${fault.found.join(' and ')}`, async (t) => {
    const found = writtenProblems(SECRET_RULES, await plantWritten(files, fault));
    t.deepEqual([...new Set(found.map(({ rule }) => rule))], fault.found);
  });
}

test('every rule on secrets is proven by a mistake', (t) => {
  const proven = new Set(SECRET_FAULTS.flatMap(({ found }) => found));
  t.deepEqual(
    SECRET_RULES.map(({ name }) => name).filter((name) => !proven.has(name)),
    [],
  );
});

/** A state of one resource, in a module, and one output. */
function state(resource: object, output: object = { sensitive: false, value: 'plain' }): unknown {
  const resources = [{ address: 'module.a.x.this', mode: 'managed', type: 'x', ...resource }];
  return { values: { outputs: { a: output }, root_module: { child_modules: [{ address: 'module.a', resources }] } } };
}

test('a state without a secret has none', (t) => {
  t.deepEqual(
    secretsOfState(state({ values: { name: 'a', key: null }, sensitive_values: { key: true } }), ['canary']),
    [],
  );
});

test('a secret is found in a state wherever it stands', (t) => {
  const canary = 'weatherline-canary-1';
  t.deepEqual(secretsOfState(state({ type: 'random_password', values: {} })), [
    'module.a.x.this: random_password is a secret',
  ]);
  t.deepEqual(secretsOfState(state({ values: { a: [{ b: `x${canary}x` }] } }), [canary]), [
    'module.a.x.this.a[0].b: a secret that was about',
  ]);
  t.deepEqual(secretsOfState(state({ values: { data: '-----BEGIN RSA PRIVATE KEY-----' } })), [
    'module.a.x.this.data: a private key',
  ]);
  t.deepEqual(secretsOfState(state({ values: { a: [{ b: 'x' }] }, sensitive_values: { a: [{ b: true }] } })), [
    'module.a.x.this.a[0].b: it is marked as a secret',
  ]);
  t.deepEqual(secretsOfState(state({ values: {} }, { sensitive: true, value: { k: canary } }), [canary]), [
    'output a: it is marked as a secret',
    'output a.k: a secret that was about',
  ]);
  t.throws(() => secretsOfState({}), { message: 'neither a plan nor a state' });
});
