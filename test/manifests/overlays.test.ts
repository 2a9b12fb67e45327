import test from 'ava';
import { allProblems, lineOf, runChecks } from './check.ts';
import { CHECKS } from './checks/index.ts';
import { CIS } from './cis.ts';
import { EXCEPTIONS, isException } from './exceptions.ts';
import { loadKnowledge } from './knowledge.ts';
import { cannotRender, overlay, OVERLAYS } from './render.ts';

const reason = cannotRender();
const when = reason === undefined ? test : test.skip;
const suffix = reason === undefined ? '' : ` (skipped: ${reason})`;

for (const name of OVERLAYS) {
  when(`the overlay ${name} renders, and no check finds a problem in it${suffix}`, async (t) => {
    const objects = overlay(name);
    const context = { overlay: name, toApply: false, knowledge: await loadKnowledge(objects) };
    t.true(objects.length > 50, `${objects.length} objects`);
    t.deepEqual(
      runChecks(CHECKS, objects, context).map((problem) => lineOf(name, problem)),
      [],
    );
  });
}

when(`every declared exception is needed by some overlay, and has its reason${suffix}`, async (t) => {
  const problems = await Promise.all(
    OVERLAYS.map(async (name) => {
      const objects = overlay(name);
      return allProblems(CHECKS, objects, { overlay: name, toApply: false, knowledge: await loadKnowledge(objects) });
    }),
  );
  for (const one of EXCEPTIONS) {
    t.true(
      problems.flat().some((problem) => isException(one, problem)),
      `${one.check} of ${one.object}`,
    );
    t.true(one.why.length > 20, one.object);
  }
});

test('the 19 items of CIS EKS 1.5 that manifests can meet are each answered by a check', (t) => {
  const answered = new Set(CHECKS.flatMap(({ answers }) => answers));
  t.deepEqual(
    Object.keys(CIS).filter((item) => !answered.has(`CIS ${item}`)),
    [],
  );
  t.is(Object.keys(CIS).length, 19);
});

test('the items of the checklist that manifests can meet are each answered by a check', (t) => {
  const items = [
    'P1',
    'P2',
    'P3',
    'P4',
    'P5',
    'P6',
    'P7',
    'P8',
    'P9',
    'N1',
    'N2',
    'N3',
    'N4',
    'V2',
    'V5',
    'V6',
    'L5',
    'G12',
  ];
  const answered = new Set(CHECKS.flatMap(({ answers }) => answers));
  t.deepEqual(
    items.filter((item) => !answered.has(item)),
    [],
  );
});

test('checks have names of their own', (t) => {
  t.is(new Set(CHECKS.map(({ name }) => name)).size, CHECKS.length);
});
