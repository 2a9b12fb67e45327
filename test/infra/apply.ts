import { ENVIRONMENTS, environmentOf } from './apply/environments.ts';
import { Life } from './apply/life.ts';
import { stagesOf } from './apply/stages.ts';
import { infraGate } from './support/gate.ts';

/**
 * `npm run infra:apply [ENV…]`: applies environments against the stand-in for AWS, uses, breaks and destroys them. Ends
 * with 1 when a stage fails, with 2 for a name that is none, with 5 when nothing can be applied here.
 */
const names = process.argv.slice(2);
const unknown = names.find((name) => !ENVIRONMENTS.includes(name));
const { reason, tool } = {
  reason: undefined,
  tool: undefined,
  ...infraGate({ ...process.env, WEATHERLINE_TEST_LEVEL: 'all' }),
};
const tally = { passed: 0, failed: 0 };

if (unknown !== undefined) {
  process.stderr.write(`no environment ${unknown}; there are ${ENVIRONMENTS.join(', ')}\n`);
  process.exitCode = 2;
} else if (tool === undefined) {
  process.stderr.write(`nothing can be applied: ${reason}\n`);
  process.exitCode = 5;
} else {
  for (const name of names.length > 0 ? names : ['dev']) await live(name, tool);
  process.stdout.write(`${tally.passed} passed, ${tally.failed} failed\n`);
  process.exitCode = tally.failed > 0 ? 1 : 0;
}

async function live(name: string, found: NonNullable<typeof tool>): Promise<void> {
  await using life = await Life.begin(environmentOf(name), found);
  process.stdout.write(`${name} (account ${life.environment.account})\n`);
  let isOver = false;
  for (const { title, run, isGround = false } of stagesOf(life)) {
    const since = performance.now();
    const result: unknown = isOver ? 'not reached' : await run(life).catch((error: unknown) => error);
    const seconds = ((performance.now() - since) / 1000).toFixed(1).padStart(7);
    const isGood: boolean = typeof result === 'string' && !isOver;
    tally[isGood ? 'passed' : 'failed'] += 1;
    process.stdout.write(`${isGood ? 'ok    ' : 'not ok'} ${seconds} s  ${title}${noteOf(result)}\n`);
    isOver ||= isGround && !isGood;
  }
}

function noteOf(result: unknown): string {
  if (typeof result !== 'string') return `\n${result instanceof Error ? result.message : String(result)}`;
  return result === '' ? '' : ` (${result})`;
}
