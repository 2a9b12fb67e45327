import test from 'ava';
import { COMPONENTS } from '../../manifests/images/components.ts';
import { allProblems, lineOf, runChecks } from './check.ts';
import { CHECKS } from './checks/index.ts';
import { CIS } from './cis.ts';
import { EXCEPTIONS, isException } from './exceptions.ts';
import { split } from './image.ts';
import { DEPLOYABLES } from './deployables.ts';
import { loadKnowledge } from './knowledge.ts';
import { podTemplates } from './pods.ts';
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

const built = COMPONENTS.map(({ name }) => name).toSorted();

for (const name of OVERLAYS) {
  when(`${name} runs every image that is built, and no other of ours${suffix}`, (t) => {
    const images = podTemplates(overlay(name)).flatMap(({ containers }) =>
      containers.map(({ body }) => split(String(body['image'])).name),
    );
    const own = images.flatMap((image) => /(?:^|\/)weatherline\/(.+)$/.exec(image)?.[1] ?? []);
    t.deepEqual([...new Set(own)].toSorted(), built);
  });
}

test('every image that is built has a settings table to compare with', (t) => {
  const known = new Set([...DEPLOYABLES.keys()].map((name) => name.split(' ')[0]));
  t.deepEqual(
    built.filter((name) => !known.has(name)),
    [],
  );
});

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

when(`a digest that nobody has seen keeps prod and dr from being applied, and not dev${suffix}`, async (t) => {
  for (const name of ['prod', 'dr', 'dev', 'staging']) {
    const objects = overlay(name);
    const knowledge = await loadKnowledge(objects);
    const problems = runChecks(CHECKS, objects, { overlay: name, toApply: true, knowledge });
    const found = problems.some(({ check }) => check === 'applicable');
    t.is(found, ['prod', 'dr'].includes(name), name);
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
