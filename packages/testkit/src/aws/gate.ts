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
  /**
   * `test.serial` on an account with nothing in it, in the long run or by hand (no `WEATHERLINE_TEST_LEVEL`); else the
   * title is registered as skipped, with the reason in it.
   */
  readonly test: DefineAwsTest;
  /** The same in the quick run as well. */
  readonly quick: DefineAwsTest;
};

type DefineAwsTest = (title: string, run: (t: ExecutionContext, sides: AwsSides) => Promise<void>) => void;

const START_WITHIN_MS = 60_000;

/** A stand-in for the tests of one file, which starts with the first of them that runs. */
export function awsTests(test: TestFn): AwsTests {
  const level = process.env['WEATHERLINE_TEST_LEVEL'];
  const isLong = level === undefined || level === 'all';
  let started: Promise<AwsStandIn> | undefined;
  test.after.always('the stand-in ends', async () => (await started)?.[Symbol.asyncDispose]());
  const define =
    (why: () => string | undefined): DefineAwsTest =>
    (title, run) => {
      const reason = why();
      if (reason !== undefined) return test.skip(`${title} (skipped: ${reason})`, (t) => t.fail());
      return test.serial(title, async (t) => {
        t.timeout(START_WITHIN_MS);
        const isFirst = started === undefined;
        started ??= startAwsStandIn();
        const standIn = await started;
        if (!isFirst) await standIn.reset();
        await run(t, sidesOf(standIn));
      });
    };
  return {
    test: define(() => (isLong ? motoIsMissing() : 'npm run test:all')),
    quick: define(motoIsMissing),
  };
}

function sidesOf(standIn: AwsStandIn): AwsSides {
  return {
    standIn,
    ask: async (asked) => askAws(standIn.url, asked),
    askMoto: async (asked) => askAws(standIn.motoUrl, asked),
  };
}
