import { createServer } from 'node:net';
import { once } from 'node:events';
import { openKafkaBroker } from '@weatherline/adapters/kafka';
import { TOPICS } from '@weatherline/runtime';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test from 'ava';
import { weatherline, type Finished } from '../support/process.ts';

const one = kafkaTests(test, { own: true, listeners: { SCRAM: 'SASL_PLAINTEXT' }, users: { cli: 'canary-1' } });
const three = kafkaTests(test, { own: true, nodes: 3 });

const SINGLE = { WEATHERLINE_KAFKA_REPLICATION: '1', WEATHERLINE_KAFKA_MIN_INSYNC: '1' };
type Env = Readonly<Record<string, string>>;
const topics = async (args: readonly string[], brokers: readonly string[], env: Env = {}): Promise<Finished> =>
  weatherline(['topics', ...args], { env: { WEATHERLINE_KAFKA_BROKERS: brokers.join(','), ...env } });
const linesOf = ({ stdout }: Finished): string[] => stdout.trimEnd().split('\n');

/** Changes a topic behind our back, as an operator would with Kafka's own tools. */
async function configure(topic: string, ...change: readonly string[]): Promise<string> {
  const where = ['--bootstrap-server', one.brokers.join(','), '--entity-type', 'topics', '--entity-name', topic];
  return one.cluster().tool('kafka.admin.ConfigCommand', [...where, ...change]);
}

// Serial: each starts where the one before has left the cluster.
one.serial('one node: apply makes every topic, then there is nothing to do', async (t) => {
  const missing = await topics(['verify'], one.brokers, SINGLE);
  t.is(missing.code, 9);
  t.deepEqual(
    linesOf(missing),
    TOPICS.map(({ name }) => `${name} is missing`),
  );
  const applied = await topics(['apply'], one.brokers, SINGLE);
  t.is(applied.code, 0, applied.stderr);
  t.deepEqual(
    linesOf(applied),
    TOPICS.map(({ name }) => `created ${name}`),
  );
  for (const command of ['verify', 'apply']) {
    const again = await topics([command], one.brokers, SINGLE);
    t.deepEqual(again, { code: 0, stdout: `${TOPICS.length} topics are as they should be\n`, stderr: '' });
  }
  const described = await configure('weatherline.run.requested', '--describe');
  t.regex(described, /retention\.ms=1209600000/);
  t.regex(await configure('weatherline.run.requested.dlq', '--describe'), /cleanup\.policy=compact/);
});

one.serial('what differs is told line by line, and set; what somebody else has set on the topic stays', async (t) => {
  const topic = 'weatherline.run.requested';
  await configure(topic, '--alter', '--add-config', 'retention.ms=60000,min.insync.replicas=2,segment.bytes=2097152');
  await configure(`${topic}.dlq`, '--alter', '--add-config', 'cleanup.policy=delete');
  const verified = await topics(['verify'], one.brokers, SINGLE);
  t.is(verified.code, 9);
  t.deepEqual(linesOf(verified), [
    `${topic} min.insync.replicas: expected 1, found 2`,
    `${topic} retention.ms: expected 1209600000, found 60000`,
    `${topic}.dlq cleanup.policy: expected compact, found delete`,
  ]);
  const asJson = await topics(['verify', '--json'], one.brokers, SINGLE);
  t.is(asJson.code, 9);
  t.deepEqual(JSON.parse(asJson.stdout), {
    topics: TOPICS.length,
    differences: [
      { topic, what: 'min.insync.replicas', expected: '1', found: '2' },
      { topic, what: 'retention.ms', expected: '1209600000', found: '60000' },
      { topic: `${topic}.dlq`, what: 'cleanup.policy', expected: 'compact', found: 'delete' },
    ],
  });
  const applied = await topics(['apply'], one.brokers, SINGLE);
  t.is(applied.code, 0, applied.stderr);
  t.deepEqual(linesOf(applied), [
    `set ${topic} min.insync.replicas to 1, was 2`,
    `set ${topic} retention.ms to 1209600000, was 60000`,
    `set ${topic}.dlq cleanup.policy to compact, was delete`,
  ]);
  t.is((await topics(['verify'], one.brokers, SINGLE)).code, 0);
  t.regex(await configure(topic, '--describe'), /segment\.bytes=2097152/);
});

one.serial('a broker that is not there is exit 5, one that denies is exit 4, a bad setting is exit 78', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') return t.fail('no port');
  const away = await topics(['verify'], [`127.0.0.1:${address.port}`], SINGLE);
  t.is(away.code, 5);
  t.regex(away.stderr, /^weatherline: 127\.0\.0\.1:\d+: verify topics: .*ECONNREFUSED.*\n$/);
  const denied = await topics(['apply'], one.cluster().brokersOf('SCRAM'), {
    ...SINGLE,
    WEATHERLINE_KAFKA_SASL: 'scram-sha-512',
    WEATHERLINE_KAFKA_USER: 'cli',
    WEATHERLINE_KAFKA_PASSWORD: 'canary-2',
  });
  t.is(denied.code, 4);
  t.regex(denied.stderr, /^weatherline: localhost:\d+: apply topics: .*authentication failed.*\n$/i);
  t.notRegex(denied.stderr, /canary/);
  const bad = await weatherline(['topics', 'verify'], { env: { WEATHERLINE_KAFKA_SASL: 'plain' } });
  t.is(bad.code, 78);
  t.regex(bad.stderr, /WEATHERLINE_KAFKA_BROKERS: is required\n\s+WEATHERLINE_KAFKA_SASL: expected one of/);
});

three.serial(
  'three nodes: too few partitions are exit 6 and left alone, the rest is made with three copies',
  async (t) => {
    await using few = openKafkaBroker({ brokers: three.brokers });
    const name = 'weatherline.product.stored';
    await few.ensureTopics([{ name, partitions: 4, retentionMs: 1000 }]);
    const applied = await topics(['apply'], three.brokers);
    t.is(applied.code, 6);
    t.is(applied.stderr, `not changed: ${name} partitions: expected 12, found 4\n`);
    const made = TOPICS.filter((topic) => topic.name !== name).map((topic) => `created ${topic.name}`);
    t.deepEqual(
      new Set(linesOf(applied)),
      new Set([
        ...made,
        `set ${name} retention.ms to 1209600000, was 1000`,
        `set ${name} max.message.bytes to 1064960, was 1048588`,
      ]),
    );
    const verified = await topics(['verify'], three.brokers);
    t.is(verified.code, 9);
    t.deepEqual(linesOf(verified), [`${name} partitions: expected 12, found 4`]);
    const asJson = await topics(['apply', '--json'], three.brokers);
    t.is(asJson.code, 6);
    t.deepEqual(JSON.parse(asJson.stdout), {
      topics: TOPICS.length,
      changed: [],
      conflicts: [{ topic: name, what: 'partitions', expected: '12', found: '4' }],
    });
  },
);

three.serial('three nodes: fewer copies than asked for are told', async (t) => {
  const two = { WEATHERLINE_KAFKA_REPLICATION: '2', WEATHERLINE_KAFKA_MIN_INSYNC: '2' };
  const verified = await topics(['verify'], three.brokers, two);
  t.is(verified.code, 9);
  t.is(linesOf(verified).filter((line) => line.endsWith(' replicas: expected 2, found 3')).length, TOPICS.length);
});
