import type { ExecutionContext, TestFn } from 'ava';
import { commandIsMissing } from './classpath.ts';
import { startKafka, type KafkaCluster, type KafkaOptions } from './cluster.ts';

/** AVA's `test` and `test.serial`, as far as tests of Kafka use them. */
export type DefineTest = (title: string, run: (t: ExecutionContext) => Promise<void> | void) => void;

export type KafkaTests = {
  /** `test` when there is a Kafka; else every title is registered as skipped, with the reason in it. */
  readonly test: DefineTest;
  readonly serial: DefineTest;
  /** `host:port` of its brokers; filled before the first test runs. */
  readonly brokers: string[];
  /** The cluster that was started; throws when somebody else's is used. */
  readonly cluster: () => KafkaCluster;
};

export type KafkaTestsOptions = KafkaOptions & {
  /** These tests change or break their cluster: one that is given is left alone. */
  readonly own?: boolean;
  /** Programs that these tests run. */
  readonly needs?: readonly string[];
  /** What the start needs and must be made for it; called only when a cluster is started. */
  readonly prepare?: () => Promise<KafkaOptions>;
};

const START_WITHIN_MS = 120_000;

/**
 * Kafka for the tests of one file: the one at `WEATHERLINE_TEST_KAFKA`, else one that is started and stopped with the
 * file. A quick run starts none; a run by hand (no `WEATHERLINE_TEST_LEVEL`) does. Not asynchronous, for AVA wants
 * every test and hook of a file at once.
 */
export function kafkaTests(test: TestFn, options: KafkaTestsOptions = {}): KafkaTests {
  const { own = false, needs = [], prepare, ...kafka } = options;
  const given = own ? undefined : process.env['WEATHERLINE_TEST_KAFKA'];
  const brokers: string[] = given?.split(',') ?? [];
  let cluster: KafkaCluster | undefined;
  const reason = given === undefined ? whyNone(process.env['WEATHERLINE_TEST_LEVEL'], needs) : commandIsMissing(needs);
  if (given === undefined && reason === undefined) {
    test.before(async (t) => {
      t.timeout(START_WITHIN_MS);
      cluster = await startKafka({ ...kafka, ...(await prepare?.()) });
      brokers.push(...cluster.bootstrap.split(','));
    });
    test.after.always(async () => cluster?.[Symbol.asyncDispose]());
  }
  return {
    test: reason === undefined ? (title, run) => test(title, run) : skipping(test, reason),
    serial: reason === undefined ? (title, run) => test.serial(title, run) : skipping(test, reason),
    brokers,
    cluster: () => {
      if (cluster === undefined) throw new Error('this Kafka was not started by the test');
      return cluster;
    },
  };
}

function whyNone(level: string | undefined, needs: readonly string[]): string | undefined {
  if (level !== undefined && level !== 'all') return 'npm run test:all';
  return commandIsMissing(['java', 'mvn', ...needs]);
}

function skipping(test: TestFn, reason: string): DefineTest {
  return (title, run) => test.skip(`${title} (skipped: ${reason})`, run);
}
