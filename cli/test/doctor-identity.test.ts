import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startS3Server } from '@weatherline/testkit/s3';
import test, { type ExecutionContext } from 'ava';
import type { Finding } from '../src/doctor/check.ts';
import { checkIdentity } from '../src/doctor/identity.ts';
import { secretsOf } from '../src/doctor/secrets.ts';

const CANARY = 'canary-3f9d2b7a5c8e4f60';
const ROLE = 'arn:aws:iam::123456789012:role/weatherline/upload';
const { signal } = new AbortController();

type Env = Readonly<Record<string, string | undefined>>;

function tokenOf(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part({ sub: 'me', ...claims })}.${CANARY}`;
}

function seconds(fromNow: number): number {
  return Math.floor(Date.now() / 1000) + fromNow;
}

function fileOf(t: ExecutionContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'weatherline-doctor-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'token'), text);
  return join(folder, 'token');
}

async function judge(t: ExecutionContext, url: string, token: string, more: Env = {}): Promise<Finding> {
  const file = fileOf(t, token);
  const env = { AWS_ENDPOINT_URL: url, AWS_ROLE_ARN: ROLE, AWS_WEB_IDENTITY_TOKEN_FILE: file, ...more };
  const found = await checkIdentity({ env, region: 'eu-west-1', now: new Date(), signal });
  t.notRegex(`${found.detail}${found.fix}`, /canary|eyJ/);
  return { ...found, detail: found.detail.replace(file, 'FILE') };
}

const GOOD = { aud: ['sts.amazonaws.com'], exp: seconds(3600) };

test('a web identity that the token service takes is well, and half of one is a failure', async (t) => {
  await using s3 = await startS3Server();
  const good = await judge(t, s3.url, tokenOf(GOOD));
  t.deepEqual([good.status, good.detail], ['ok', `${ROLE}: accepted by the token service`]);
  t.deepEqual(
    s3.assumed.map(({ roleArn, session }) => [roleArn, session]),
    [[ROLE, 'weatherline-doctor']],
  );
  const half = await judge(t, s3.url, tokenOf(GOOD), { AWS_ROLE_ARN: undefined });
  t.is(half.status, 'fail');
  t.regex(half.detail, /^AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not$/);
  const none = await judge(t, s3.url, '', { AWS_ROLE_ARN: undefined, AWS_WEB_IDENTITY_TOKEN_FILE: undefined });
  t.is(none.status, 'skipped');
});

test('a token is judged by its own words before anybody is asked', async (t) => {
  await using s3 = await startS3Server();
  const told = async (text: string, more: Env = {}): Promise<string> => {
    const { status, detail } = await judge(t, s3.url, text, more);
    return `${status}: ${detail}`;
  };
  t.is(await told('', { AWS_WEB_IDENTITY_TOKEN_FILE: '/none' }), 'fail: /none cannot be read (ENOENT)');
  t.is(await told(' \n'), 'fail: FILE is empty');
  t.is(await told(CANARY), 'fail: FILE holds no token with an end and an audience');
  t.is(await told(`a.${CANARY}.c`), 'fail: FILE holds no token with an end and an audience');
  t.is(await told(tokenOf({ aud: 'vault', exp: GOOD.exp })), 'fail: the token in FILE is not for sts.amazonaws.com');
  t.is(await told(tokenOf({ ...GOOD, exp: seconds(-125) })), 'fail: the token in FILE ended 2 min ago');
  t.regex(await told(tokenOf({ ...GOOD, exp: seconds(200) })), /^warn: .* ends in 3 min and was not renewed$/);
  t.is(await told(tokenOf(GOOD), { AWS_ROLE_ARN: CANARY }), 'fail: AWS_ROLE_ARN is no ARN of a role');
  t.is(s3.assumed.length, 0);
});

test('a role that is refused, a service that is away, and keys that come first are told', async (t) => {
  await using s3 = await startS3Server();
  const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: CANARY };
  const beside = await judge(t, s3.url, tokenOf(GOOD), keys);
  t.is(beside.status, 'warn');
  t.regex(beside.detail, /asked with that key, not with the role$/);
  t.is(
    (await judge(t, s3.url, tokenOf(GOOD), { ...keys, AWS_PROFILE: 'a' })).status,
    'ok',
    'a profile comes before keys',
  );
  s3.setScript([{ fault: 'access-denied', operation: 'AssumeRoleWithWebIdentity' }]);
  const refused = await judge(t, s3.url, tokenOf(GOOD));
  t.is(refused.detail, 'the token service refuses the role (403 AccessDenied)');
  t.regex(refused.fix ?? '', /trust policy/);
  s3.setScript([{ fault: 'slow-down', operation: 'AssumeRoleWithWebIdentity' }]);
  t.regex((await judge(t, s3.url, tokenOf(GOOD))).fix ?? '', /try again in a minute/);
  const away = await judge(t, 'http://127.0.0.1:1', tokenOf(GOOD));
  t.is(away.detail, 'the token service of AWS cannot be reached');
});

test('the token of a web identity is a secret of the report', (t) => {
  t.deepEqual(secretsOf({ AWS_WEB_IDENTITY_TOKEN_FILE: fileOf(t, `${CANARY}\n`), VAULT_TOKEN: 'other' }), [
    CANARY,
    'other',
  ]);
});
