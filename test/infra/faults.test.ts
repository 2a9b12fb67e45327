import { startAwsStandIn } from '@weatherline/testkit/aws';
import test from 'ava';
import { documents, type World } from './checks/facts.ts';
import { IN_ACCESS } from './checks/faults/access.ts';
import { IN_CLUSTER } from './checks/faults/cluster.ts';
import { planted, type Fault } from './checks/faults/fault.ts';
import { IN_STORES } from './checks/faults/stores.ts';
import { planCalls, type Call } from './checks/plan.ts';
import { problems, type Problem } from './checks/rule.ts';
import { RULES } from './checks/rules/index.ts';
import { SUBJECTS } from './checks/subjects.ts';
import { WILDCARDS } from './checks/wildcards.ts';
import { Workspace } from './checks/workspace.ts';
import { infraGate } from './support/gate.ts';

const WITHIN_MS = 600_000;
const FAULTS: readonly Fault[] = [...IN_STORES, ...IN_ACCESS, ...IN_CLUSTER];
const gate = infraGate();
const suffix = gate.reason === undefined ? '' : ` (skipped: ${gate.reason})`;
const when = gate.reason === undefined ? test : test.skip;

/** Each mistake is made in a copy of the modules; exactly the rules that are there for it must find it. */
const calls: readonly Call[] = FAULTS.map((fault, index) => ({
  name: `fault_${index}`,
  subject: fault.subject,
  change: (read, write) => write(fault.file, planted(read(fault.file), fault)),
}));
const sound: readonly Call[] = Object.keys(SUBJECTS)
  .filter((name): name is Call['subject'] => name in SUBJECTS)
  .map((name) => ({ name: `sound_${name}`, subject: name }));

let worlds: ReadonlyMap<string, World> = new Map();

test.before('every call is planned', async (t) => {
  if (gate.reason !== undefined) return;
  t.timeout(WITHIN_MS);
  await using standIn = await startAwsStandIn({ account: '111122223333' });
  using workspace = new Workspace(gate.tool, standIn.environment);
  worlds = await planCalls(workspace, [...sound, ...calls]);
});

function problemsOf(name: string): Problem[] {
  const world = worlds.get(name);
  if (world === undefined || world.resources.length === 0) throw new Error(`${name} is not planned`);
  return problems(RULES, world);
}

when(`modules without a mistake are without a problem, and every rule has something to judge there${suffix}`, (t) => {
  t.deepEqual(
    sound.flatMap(({ name }) => problemsOf(name)),
    [],
  );
  const idle = RULES.filter(({ judge }) => sound.every(({ name }) => judge(worldNamed(name)).length === 0));
  // Tags are given by the roots.
  t.deepEqual(
    idle.map(({ name }) => name),
    ['tags'],
  );
});

when(`every documented star is used${suffix}`, (t) => {
  const used = new Set(
    sound.flatMap(({ name }) =>
      documents(worldNamed(name), 'identity').flatMap(({ statements }) =>
        statements.filter(({ resources }) => resources.includes('*')).map(({ sid }) => sid),
      ),
    ),
  );
  t.deepEqual(
    WILDCARDS.filter(({ sid }) => !used.has(sid)).map(({ sid }) => sid),
    [],
  );
});

function worldNamed(name: string): World {
  const world = worlds.get(name);
  if (world === undefined) throw new Error(`${name} is not planned`);
  return world;
}

for (const [index, fault] of FAULTS.entries()) {
  when(`${fault.title}: found by ${fault.found.join(' and ')}${suffix}`, (t) => {
    const found = problemsOf(`fault_${index}`).map(({ rule }) => rule);
    t.deepEqual([...new Set(found)].toSorted(), fault.found.toSorted());
  });
}

test('every rule is proven by a mistake', (t) => {
  const proven = new Set(FAULTS.flatMap(({ found }) => found));
  t.deepEqual(
    RULES.map(({ name }) => name).filter((name) => !proven.has(name)),
    ['tags'],
  );
});

test('a mistake that changes nothing is refused, and so is one whose place is not there or is there twice', (t) => {
  t.throws(() => planted('a', { title: 'x', from: 'a', to: 'a' }), { message: 'x: nothing is changed' });
  t.throws(() => planted('a', { title: 'x', from: 'b', to: 'c' }), { message: /0 times/ });
  t.throws(() => planted('a a', { title: 'x', from: 'a', to: 'c' }), { message: /2 times/ });
});
