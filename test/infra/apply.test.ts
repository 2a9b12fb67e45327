import test from 'ava';
import { environmentOf } from './apply/environments.ts';
import { gatedTests } from './apply/gated.ts';
import { Life } from './apply/life.ts';
import { STAGES } from './apply/stages.ts';

/** One environment, whole; the others by `npm run infra:apply ENV`. Each stage stands on those before it. */
const gated = gatedTests(test, 1_200_000);
let life: Life | undefined;
test.after.always(async () => life?.[Symbol.asyncDispose]());

for (const { title, run } of STAGES)
  gated(`dev: ${title}`, async (t, tool) => {
    life ??= await Life.begin(environmentOf('dev'), tool);
    const note = await run(life);
    if (note !== '') t.log(note);
    t.pass();
  });
