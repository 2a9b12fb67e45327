import test from 'ava';
import { runChecks, type Problem } from './check.ts';
import { CHECKS } from './checks/index.ts';
import { loadKnowledge } from './knowledge.ts';
import type { KubeObject } from './objects.ts';
import { cannotRender, overlay } from './render.ts';
import { AROUND_PODS } from './support/mistakes-around-pods.ts';
import { IN_PODS } from './support/mistakes-in-pods.ts';
import { WITH_THE_CODE } from './support/mistakes-with-the-code.ts';
import type { Mistake } from './support/mistakes.ts';

/** Each mistake is made in what prod renders to; exactly the checks that are there for it must find it. */
const reason = cannotRender();
const when = reason === undefined ? test : test.skip;
const suffix = reason === undefined ? '' : ` (skipped: ${reason})`;

async function problemsOf(objects: readonly KubeObject[]): Promise<Problem[]> {
  return runChecks(CHECKS, objects, { overlay: 'prod', toApply: false, knowledge: await loadKnowledge(objects) });
}

const before =
  reason === undefined
    ? new Set((await problemsOf(overlay('prod'))).map((problem) => JSON.stringify(problem)))
    : new Set<string>();

async function newProblems({ change }: Mistake): Promise<Problem[]> {
  const problems = await problemsOf(change(overlay('prod')));
  return problems.filter((problem) => !before.has(JSON.stringify(problem)));
}

for (const mistake of [...IN_PODS, ...AROUND_PODS, ...WITH_THE_CODE]) {
  when(`${mistake.title}: found by ${mistake.found.join(' and ')}${suffix}`, async (t) => {
    const problems = await newProblems(mistake);
    t.deepEqual([...new Set(problems.map(({ check }) => check))].toSorted(), mistake.found.toSorted());
    for (const { expected, got, todo } of problems) {
      t.true(
        [expected, got, todo].every((text) => text.length > 0),
        'it says what was expected, what is there and what to do',
      );
    }
  });
}
