import type { ExecutionContext, TestFn } from 'ava';
import { askAws, type Answered, type Asked } from './client.ts';
import { motoIsMissing } from './moto.ts';
import { startAwsStandIn, type AwsStandIn } from './server.ts';

/** One address of AWS's: asks it and gives what it says. */
export type Ask = (asked: Asked) => Promise<Answered>;

export type AwsSides = {
  readonly standIn: AwsStandIn;
  /** By way of the stand-in. */
  readonly ask: Ask;
  /** moto itself, past every correction. Both see the same account. */
  readonly askMoto: Ask;
};

export type AwsTests = {
  /** `test.serial` when there is a moto; else every title is registered as skipped, with the reason in it. */
  readonly test: (title: string, run: (t: ExecutionContext, sides: AwsSides) => Promise<void>) => void;
};

const START_WITHIN_MS = 60_000;

/** A stand-in for the tests of one file, emptied before each of them. */
export function awsTests(test: TestFn): AwsTests {
  const reason = motoIsMissing();
  if (reason !== undefined) return { test: (title) => test.skip(`${title} (skipped: ${reason})`, (t) => t.fail()) };
  const started = Promise.withResolvers<AwsStandIn>();
  test.before('the stand-in starts', async (t) => {
    t.timeout(START_WITHIN_MS);
    started.resolve(await startAwsStandIn());
    await started.promise;
  });
  test.after.always('the stand-in ends', async () => (await started.promise)[Symbol.asyncDispose]());
  return {
    test: (title, run) =>
      test.serial(title, async (t) => {
        const standIn = await started.promise;
        await standIn.reset();
        const ask: Ask = async (asked) => askAws(standIn.url, asked);
        await run(t, { standIn, ask, askMoto: async (asked) => askAws(standIn.motoUrl, asked) });
      }),
  };
}
