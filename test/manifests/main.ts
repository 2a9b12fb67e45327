import { lineOf, runChecks } from './check.ts';
import { CHECKS } from './checks/index.ts';
import { loadKnowledge } from './knowledge.ts';
import { cannotRender, overlay, OVERLAYS } from './render.ts';

/**
 * `npm run manifests`: renders every overlay and runs every check on it. `--apply-ready` asks as well whether it may be
 * applied as it is. Ends with 1 when there is a problem, with 5 when nothing can be rendered here.
 */
const toApply = process.argv.includes('--apply-ready');
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const reason = cannotRender();
if (reason === undefined) {
  for (const name of named.length > 0 ? named : OVERLAYS) await check(name);
} else {
  process.stderr.write(
    `manifests cannot be checked: ${reason}; install it (https://kubernetes.io/docs/tasks/tools/)\n`,
  );
  process.exitCode = 5;
}

async function check(name: string): Promise<void> {
  try {
    const objects = overlay(name);
    const knowledge = await loadKnowledge(objects);
    const problems = runChecks(CHECKS, objects, { overlay: name, toApply, knowledge });
    for (const problem of problems) process.stdout.write(`${lineOf(name, problem)}\n`);
    const found = problems.length === 0 ? 'no problem' : `${problems.length} problems`;
    process.stdout.write(`${name}: ${objects.length} objects, ${CHECKS.length} checks, ${found}\n`);
    if (problems.length > 0) process.exitCode = 1;
  } catch (error) {
    process.stdout.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
