import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, loadConfig } from '@weatherline/runtime';
import test, { type ExecutionContext } from 'ava';
import { KAFKA_SETTINGS, openConfiguredKafka } from '../src/kafka/index.ts';
import { saslOf, tlsOf } from '../src/kafka/open.ts';

const BROKERS = { WEATHERLINE_KAFKA_BROKERS: 'localhost:9092' };
const USER = { WEATHERLINE_KAFKA_USER: 'fetch', WEATHERLINE_KAFKA_PASSWORD: 'canary-77' };

type Env = Readonly<Record<string, string>>;
const load = (env: Env) => loadConfig(KAFKA_SETTINGS, { ...BROKERS, ...env });

function refused(t: ExecutionContext, env: Env, expected: string): void {
  const error = t.throws(() => openConfiguredKafka({ config: load(env), env, clientId: 'test' }), {
    instanceOf: ConfigurationError,
  });
  t.true(error?.message.includes(expected), `expected '${expected}', got '${error?.message}'`);
  t.false(error?.message.includes('canary'));
}

test('settings that contradict each other are refused by name', (t) => {
  const tls = { WEATHERLINE_KAFKA_TLS: 'true' };
  refused(t, { WEATHERLINE_KAFKA_CA: 'canary' }, 'WEATHERLINE_KAFKA_TLS: expected true');
  refused(t, { WEATHERLINE_KAFKA_CERTIFICATE: 'canary' }, 'WEATHERLINE_KAFKA_TLS: expected true');
  refused(t, { WEATHERLINE_KAFKA_KEY: 'canary' }, 'WEATHERLINE_KAFKA_TLS: expected true');
  const both = 'WEATHERLINE_KAFKA_CERTIFICATE and WEATHERLINE_KAFKA_KEY: expected both or neither';
  refused(t, { ...tls, WEATHERLINE_KAFKA_CERTIFICATE: 'canary' }, both);
  refused(t, { ...tls, WEATHERLINE_KAFKA_KEY: 'canary' }, both);
  for (const mechanism of ['scram-sha-256', 'scram-sha-512']) {
    const sasl = { WEATHERLINE_KAFKA_SASL: mechanism };
    const needs = `WEATHERLINE_KAFKA_USER and WEATHERLINE_KAFKA_PASSWORD: are required by ${mechanism}`;
    refused(t, sasl, needs);
    refused(t, { ...sasl, WEATHERLINE_KAFKA_USER: 'fetch' }, needs);
    refused(t, { ...sasl, WEATHERLINE_KAFKA_PASSWORD: 'canary' }, needs);
  }
  const msk = { WEATHERLINE_KAFKA_SASL: 'msk-iam' };
  refused(t, { ...msk, ...tls }, 'WEATHERLINE_KAFKA_REGION: is required by msk-iam');
  refused(
    t,
    { ...msk, WEATHERLINE_KAFKA_REGION: 'eu-west-1' },
    'WEATHERLINE_KAFKA_TLS: expected true, because msk-iam',
  );
  const copies = 'WEATHERLINE_KAFKA_MIN_INSYNC: expected at most WEATHERLINE_KAFKA_REPLICATION, which is 1, got 2';
  refused(t, { WEATHERLINE_KAFKA_REPLICATION: '1' }, copies);
});

test('values that are none are refused, all of them at once', (t) => {
  const error = t.throws(() =>
    loadConfig(KAFKA_SETTINGS, {
      WEATHERLINE_KAFKA_BROKERS: 'one:9092,two',
      WEATHERLINE_KAFKA_TLS: 'yes',
      WEATHERLINE_KAFKA_SASL: 'plain',
      WEATHERLINE_KAFKA_COMPRESSION: 'snappy',
      WEATHERLINE_KAFKA_REPLICATION: '0',
      WEATHERLINE_KAFKA_MIN_INSYNC: 'two',
      WEATHERLINE_KAFKA_PASSWORD_FILE: '/nowhere/password',
      WEATHERLINE_KAFKA_BROKER: 'x:1',
    }),
  );
  t.deepEqual(error?.message.split('\n  '), [
    'bad configuration',
    "WEATHERLINE_KAFKA_BROKERS: expected host:port, separated by commas, got 'two'",
    "WEATHERLINE_KAFKA_TLS: expected one of true, false, got 'yes'",
    "WEATHERLINE_KAFKA_SASL: expected one of none, scram-sha-256, scram-sha-512, msk-iam, got 'plain'",
    'WEATHERLINE_KAFKA_PASSWORD: the file /nowhere/password cannot be read (ENOENT)',
    "WEATHERLINE_KAFKA_COMPRESSION: expected one of zstd, gzip, none, got 'snappy'",
    "WEATHERLINE_KAFKA_REPLICATION: expected a whole number from 1 to 9, got '0'",
    "WEATHERLINE_KAFKA_MIN_INSYNC: expected a whole number from 1 to 9, got 'two'",
    'WEATHERLINE_KAFKA_BROKER: is no setting of weatherline; did you mean WEATHERLINE_KAFKA_BROKERS?',
  ]);
});

test('brokers are hosts with ports', (t) => {
  const brokers = (text: string) => load({ WEATHERLINE_KAFKA_BROKERS: text }).kafkaBrokers;
  t.deepEqual(brokers('a.example:9092, b:1,10.0.0.1:65535'), ['a.example:9092', 'b:1', '10.0.0.1:65535']);
  for (const wrong of ['a', 'a:', ':1', 'a:0', 'a:65536', 'http://a:1', 'a:1,', 'a:1;b:2', '::1:9092', '[::1]:9092']) {
    t.throws(() => brokers(wrong), { message: /expected host:port/ }, wrong);
  }
});

test('no security is set up that was not asked for', (t) => {
  t.is(tlsOf(load({}), {}), undefined);
  t.is(saslOf(load({}), {}), undefined);
  t.deepEqual(tlsOf(load({ WEATHERLINE_KAFKA_TLS: 'true' }), {}), {});
});

test('a password in a file is read at every use, one in a variable is as it was', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weatherline-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'password');
  writeFileSync(file, 'one\n');
  for (const mechanism of ['scram-sha-256', 'scram-sha-512']) {
    const env = {
      WEATHERLINE_KAFKA_SASL: mechanism,
      WEATHERLINE_KAFKA_USER: 'fetch',
      WEATHERLINE_KAFKA_PASSWORD_FILE: file,
    };
    writeFileSync(file, 'one\n');
    const sasl = saslOf(load(env), env);
    t.like(sasl, { mechanism, username: 'fetch', password: 'one' });
    writeFileSync(file, 'two');
    t.like(sasl, { password: 'two' });
    rmSync(file);
    t.like(sasl, { password: 'two' }, 'while it is being replaced');
    writeFileSync(file, '');
    t.like(sasl, { password: 'two' });
    t.like(saslOf(load({ ...env, ...USER, WEATHERLINE_KAFKA_PASSWORD_FILE: '' }), USER), { password: 'canary-77' });
  }
});

test('MSK: the token is a signed request to connect, in the region, good for at most 15 minutes', async (t) => {
  // This file's tests run in a thread of their own, with an environment of its own.
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'canary-secret',
    AWS_SESSION_TOKEN: 'session-1',
  });
  const env = {
    WEATHERLINE_KAFKA_SASL: 'msk-iam',
    WEATHERLINE_KAFKA_REGION: 'eu-west-3',
    WEATHERLINE_KAFKA_TLS: 'true',
  };
  const sasl = saslOf(load(env), env);
  if (sasl?.mechanism !== 'oauthbearer' || !('oauthBearerProvider' in sasl)) return t.fail('it is no bearer token');
  const before = Date.now();
  const { value } = await sasl.oauthBearerProvider();
  t.regex(value, /^[\w-]+$/, 'base64url without padding');
  const url = new URL(Buffer.from(value, 'base64url').toString());
  t.is(url.origin, 'https://kafka.eu-west-3.amazonaws.com');
  const { searchParams: asked } = url;
  t.is(asked.get('Action'), 'kafka-cluster:Connect');
  t.is(asked.get('X-Amz-Algorithm'), 'AWS4-HMAC-SHA256');
  t.regex(asked.get('X-Amz-Credential') ?? '', /^AKIDEXAMPLE\/\d{8}\/eu-west-3\/kafka-cluster\/aws4_request$/);
  t.is(asked.get('X-Amz-Security-Token'), 'session-1');
  t.regex(asked.get('X-Amz-Signature') ?? '', /^[\da-f]{64}$/);
  const signedAt = (asked.get('X-Amz-Date') ?? '').replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z');
  t.true(Math.abs(Date.parse(signedAt) - before) < 5_000);
  const seconds = Number(asked.get('X-Amz-Expires'));
  t.true(seconds > 60 && seconds <= 900, String(seconds));
  t.notRegex(url.href, /canary/);
});
