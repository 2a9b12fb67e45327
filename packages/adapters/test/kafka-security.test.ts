import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { loadConfig, WeatherlineError, type Logger } from '@weatherline/runtime';
import { createAuthority, kafkaTests, mutualTls, type Authority, type Issued } from '@weatherline/testkit/kafka';
import test, { type ExecutionContext } from 'ava';
import { KAFKA_SETTINGS, openConfiguredKafka, openKafkaBroker, type KafkaBroker } from '../src/kafka/index.ts';

/** Must be in no error and no log line. */
const CANARY = 'canary-3f9a';
const PASSWORD = `${CANARY}-first`;

let authority: Authority;
let stranger: Authority;
let client: Issued;
let foreign: Issued;

const kafka = kafkaTests(test, {
  own: true,
  needs: ['openssl'],
  listeners: { TLS: 'SSL', MTLS: 'SSL', SCRAM: 'SASL_SSL' },
  users: { writer: PASSWORD, rotated: PASSWORD, nobody: PASSWORD },
  prepare: async () => {
    authority = await createAuthority();
    stranger = await createAuthority();
    client = await authority.issue('fetch');
    foreign = await stranger.issue('fetch');
    return {
      properties: {
        ...(await mutualTls(authority)),
        // A session ends early enough for a test to see how it is renewed.
        'connections.max.reauth.ms': '11000',
        'super.users': 'User:ANONYMOUS;User:writer;User:rotated;User:CN=fetch',
      },
    };
  },
});
test.after.always(async () => {
  await authority?.[Symbol.asyncDispose]();
  await stranger?.[Symbol.asyncDispose]();
});

const tls = (): Record<string, string> => ({
  WEATHERLINE_KAFKA_TLS: 'true',
  WEATHERLINE_KAFKA_CA_FILE: authority.certificate,
});
const scram = (user: string, password = PASSWORD): Record<string, string> => ({
  ...tls(),
  WEATHERLINE_KAFKA_SASL: 'scram-sha-512',
  WEATHERLINE_KAFKA_USER: user,
  WEATHERLINE_KAFKA_PASSWORD: password,
});
const certificate = (issued: Issued): Record<string, string> => ({
  ...tls(),
  WEATHERLINE_KAFKA_CERTIFICATE_FILE: issued.certificate,
  WEATHERLINE_KAFKA_KEY_FILE: issued.key,
});

type Opened = { readonly broker: KafkaBroker; readonly logged: () => string };

function open(t: ExecutionContext, brokers: readonly string[], settings: Readonly<Record<string, string>>): Opened {
  const env = {
    WEATHERLINE_KAFKA_BROKERS: brokers.join(','),
    WEATHERLINE_KAFKA_REPLICATION: '1',
    WEATHERLINE_KAFKA_MIN_INSYNC: '1',
    ...settings,
  };
  const lines: unknown[] = [];
  const keep = (message: string, fields?: unknown): void => void lines.push([message, fields]);
  const log: Logger = { debug: keep, info: keep, warn: keep, error: keep };
  const config = loadConfig(KAFKA_SETTINGS, env);
  const broker = openConfiguredKafka({ config, env, clientId: 'test', log });
  t.teardown(async () => broker[Symbol.asyncDispose]());
  return { broker, logged: () => shown(lines) };
}

/** Everything that a logger could ever find in it. */
function shown(value: unknown): string {
  return inspect(value, { depth: 20, maxArrayLength: null, maxStringLength: null, showHidden: true });
}

let names = 0;
async function newTopic(name = `weatherline.security.${(names += 1)}`): Promise<string> {
  await using broker = openKafkaBroker({ brokers: kafka.brokers, replication: { factor: 1, minInSync: 1 } });
  await broker.ensureTopics([{ name, partitions: 1 }]);
  return name;
}

const message = { key: 'k', value: Buffer.from('{}'), headers: {} };

/** The error of an attempt to publish; checked for what it must not say. */
async function refusal(t: ExecutionContext, { broker, logged }: Opened, topic: string): Promise<WeatherlineError> {
  const error: unknown = await t.throwsAsync(broker.publish(topic, [message]));
  const said = `${shown(error)}${logged()}`;
  t.notRegex(said, new RegExp(`${CANARY}|PRIVATE KEY`));
  if (error instanceof WeatherlineError) return error;
  throw new Error('it is no error of ours', { cause: error });
}

kafka.test('a broker that our authority vouches for is trusted, and one that it does not is refused', async (t) => {
  const topic = await newTopic();
  const brokers = kafka.cluster().brokersOf('TLS');
  const strangers = { ...tls(), WEATHERLINE_KAFKA_CA_FILE: stranger.certificate };
  const refused = await refusal(t, open(t, brokers, strangers), topic);
  t.like(refused, { code: 'BROKER_NOT_TRUSTED', disposition: 'halt' });
  // Encrypted and trusted, but nobody: the authorizer lets an anonymous super user in.
  await t.notThrowsAsync(open(t, brokers, tls()).broker.publish(topic, [message]));
});

kafka.test('a broker under another name than its certificate is refused', async (t) => {
  const topic = await newTopic();
  const brokers = kafka.cluster().brokersOf('TLS');
  const elsewhere = brokers.map((broker) => broker.replace('localhost', '127.0.0.1'));
  const refused = await refusal(t, open(t, elsewhere, tls()), topic);
  t.like(refused, { code: 'BROKER_NOT_TRUSTED', disposition: 'halt' });
  t.regex(refused.message, /does not match certificate's altnames/);
});

kafka.test('mutual TLS: a client with a certificate is let in, one without or with a foreign one is not', async (t) => {
  const topic = await newTopic();
  const brokers = kafka.cluster().brokersOf('MTLS');
  await open(t, brokers, certificate(client)).broker.publish(topic, [message]);
  for (const settings of [tls(), certificate(foreign)]) {
    const refused = await refusal(t, open(t, brokers, settings), topic);
    t.like(refused, { code: 'BROKER_ACCESS_DENIED', disposition: 'halt' });
  }
});

kafka.test('a certificate that is replaced in its files is used without a restart', async (t) => {
  const topic = await newTopic();
  const files = {
    certificate: join(authority.directory, 'now.pem'),
    key: join(authority.directory, 'now.key'),
    store: '',
  };
  const use = async (issued: Issued): Promise<void> => {
    await copyFile(issued.certificate, files.certificate);
    await copyFile(issued.key, files.key);
  };
  await use(foreign);
  const opened = open(t, kafka.cluster().brokersOf('MTLS'), certificate(files));
  t.is((await refusal(t, opened, topic)).code, 'BROKER_ACCESS_DENIED');
  await use(client);
  await t.notThrowsAsync(opened.broker.publish(topic, [message]));
});

kafka.test(
  'SCRAM: the right password is let in; a wrong one, an unknown user and a weaker mechanism halt',
  async (t) => {
    const topic = await newTopic();
    const brokers = kafka.cluster().brokersOf('SCRAM');
    await open(t, brokers, scram('writer')).broker.publish(topic, [message]);
    const weaker = { ...scram('writer'), WEATHERLINE_KAFKA_SASL: 'scram-sha-256' };
    for (const settings of [scram('writer', `${CANARY}-wrong`), scram('stranger'), weaker]) {
      const refused = await refusal(t, open(t, brokers, settings), topic);
      t.like(refused, { code: 'BROKER_ACCESS_DENIED', disposition: 'halt' });
    }
  },
);

kafka.test('a password that is rotated in its file is used without a restart, by writers and readers', async (t) => {
  t.timeout(60_000);
  const topic = await newTopic();
  const file = join(authority.directory, 'password');
  await writeFile(file, `${PASSWORD}\n`);
  const { WEATHERLINE_KAFKA_PASSWORD: _, ...settings } = scram('rotated');
  const { broker, logged } = open(t, kafka.cluster().brokersOf('SCRAM'), {
    ...settings,
    WEATHERLINE_KAFKA_PASSWORD_FILE: file,
  });
  const seen: number[] = [];
  await using member = await broker.subscribe({
    group: topic,
    topic,
    maxBatch: 1,
    deliver: async (batch) => {
      for (const { offset } of batch.messages) {
        seen.push(offset);
        await batch.commit({ offset: offset + 1, metadata: '' });
      }
    },
  });
  await broker.publish(topic, [message]);
  await rotate('rotated', `${CANARY}-second`);
  await writeFile(file, `${CANARY}-second\n`);
  // A new session for every connection: kafkajs renews it within the first seconds of the eleven.
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline) {
    await broker.publish(topic, [message]);
    await delay(500);
  }
  t.deepEqual(
    [...new Set(seen)],
    Array.from({ length: seen.length }, (_none, at) => at),
  );
  t.true(seen.length > 20);
  t.is(member.trouble, undefined);
  t.notRegex(logged(), new RegExp(CANARY));
  // The old one is worth nothing now: the sessions above were renewed with the new one.
  const refused = await refusal(t, open(t, kafka.cluster().brokersOf('SCRAM'), scram('rotated')), topic);
  t.is(refused.code, 'BROKER_ACCESS_DENIED');
});

async function rotate(user: string, password: string): Promise<void> {
  const where = ['--bootstrap-server', kafka.brokers.join(',')];
  const what = ['--alter', '--entity-type', 'users', '--entity-name', user];
  const change = ['--add-config', `SCRAM-SHA-512=[password=${password}]`];
  await kafka.cluster().tool('kafka.admin.ConfigCommand', [...where, ...what, ...change]);
}

kafka.test(
  'a user whom no rule lets in: publishing, making topics and reading halt, and a consumer says so',
  async (t) => {
    // One of the catalogue: of any other it is asked first whether it exists, and nobody is told so.
    const topic = await newTopic('weatherline.product.stored');
    const opened = open(t, kafka.cluster().brokersOf('SCRAM'), scram('nobody'));
    const { broker, logged } = opened;
    t.like(await refusal(t, opened, topic), { code: 'BROKER_ACCESS_DENIED' });
    const denied = { code: 'BROKER_ACCESS_DENIED' };
    await t.throwsAsync(broker.ensureTopics([{ name: 'weatherline.security.new', partitions: 1 }]), denied);
    await t.throwsAsync(broker.lag('weatherline.test', topic), denied);
    await t.throwsAsync(broker.read(topic, 'earliest')[Symbol.asyncIterator]().next(), denied);
    await using member = await broker.subscribe({ group: 'g', topic, maxBatch: 1, deliver: async () => t.fail() });
    t.like(member.trouble, { code: 'BROKER_ACCESS_DENIED', disposition: 'halt' });
    t.notRegex(`${shown(member.trouble)}${logged()}`, new RegExp(CANARY));
  },
);

kafka.test('a rule that is given while a consumer is denied lets it in, without a restart', async (t) => {
  const topic = await newTopic();
  const { broker } = open(t, kafka.cluster().brokersOf('SCRAM'), scram('nobody'));
  const arrived = Promise.withResolvers<void>();
  await using member = await broker.subscribe({
    group: topic,
    topic,
    maxBatch: 1,
    deliver: async () => arrived.resolve(),
  });
  t.like(member.trouble, { code: 'BROKER_ACCESS_DENIED' });
  const admin = openKafkaBroker({ brokers: kafka.brokers });
  t.teardown(async () => admin[Symbol.asyncDispose]());
  await admin.publish(topic, [message]);
  await allow('--topic', topic);
  await until(() => /[Gg]roup/.test(inspect(member.trouble)));
  t.like(member.trouble, { code: 'BROKER_ACCESS_DENIED' });
  await allow('--group', topic);
  await arrived.promise;
  t.is(member.trouble, undefined);
});

async function allow(kind: '--topic' | '--group', name: string): Promise<void> {
  const rules = ['--add', '--allow-principal', 'User:nobody', '--operation', 'Read', kind, name];
  const main = 'org.apache.kafka.tools.AclCommand';
  await kafka.cluster().tool(main, ['--bootstrap-server', kafka.brokers.join(','), ...rules]);
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries += 1) {
    if (tries > 300) throw new Error('the awaited condition never held');
    await delay(50);
  }
}
