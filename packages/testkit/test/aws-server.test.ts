import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { awsTests } from '../src/aws/index.ts';

const aws = awsTests(test);

/** Asks by way of a proxy: the address in the request line is whole, and no resolver is needed. */
async function askThrough(proxy: string, address: string): Promise<{ readonly status: number; readonly text: string }> {
  const { hostname, port } = new URL(proxy);
  const headers = {
    authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, Signature=none',
    'x-amz-account-id': '123456789012',
  };
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const asking = request({ hostname, port, method: 'GET', path: address, headers, agent: false }, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk) => (text += chunk));
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
  });
  asking.on('error', reject);
  asking.end();
  return promise;
}

aws.quick('what moto knows passes through untouched', async (t, { standIn, ask, askMoto }) => {
  const form = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
  const [through, straight] = [await ask({ service: 'sts', form }), await askMoto({ service: 'sts', form })];
  t.is(through.status, 200);
  const withoutId = (text: string): string => text.replace(/<RequestId>.*?<\/RequestId>/, '');
  t.is(withoutId(through.text), withoutId(straight.text));
  t.regex(through.text, /<Account>123456789012</);
  t.deepEqual(standIn.calls, [
    { service: 'sts', operation: 'GetCallerIdentity', region: 'us-east-1', status: 200, by: 'moto' },
  ]);
});

aws.test('an unsigned call for credentials is one of STS', async (t, { standIn }) => {
  const form = {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:iam::123456789012:role/any',
    RoleSessionName: 'pod',
    WebIdentityToken: 'a.b.c',
  };
  const answer = await fetch(standIn.url, { method: 'POST', body: new URLSearchParams(form) });
  t.is(answer.status, 200);
  t.regex(await answer.text(), /<SecretAccessKey>/);
  t.is(standIn.calls.at(-1)?.service, 'sts');
});

aws.quick('what nobody answers is refused at once and by name, in the protocol that was spoken', async (t, sides) => {
  const cases = [
    [
      { service: 'ecr', target: 'AmazonEC2ContainerRegistry_V20150921.CompleteLayerUpload', body: {} },
      'CompleteLayerUpload',
    ],
    [
      { service: 'sts', form: { Action: 'DecodeAuthorizationMessage', Version: '2011-06-15' } },
      'DecodeAuthorizationMessage',
    ],
    [{ service: 'eks', method: 'GET', path: '/clusters/a/insights' }, 'GET /clusters/a/insights'],
  ] as const;
  for (const [asked, operation] of cases) {
    const { status, code, text } = await sides.ask(asked);
    t.is(status, 400, operation);
    t.is(code, 'NotImplementedByStandIn', operation);
    t.true(text.includes(`stand-in: ${asked.service} ${operation} is not implemented`), text);
  }
  t.deepEqual(
    sides.standIn.unanswered,
    cases.map(([{ service }, operation]) => `${service} ${operation}`),
  );
  const plain = await sides.askMoto(cases[0][0]);
  t.true(plain.status >= 500, 'moto says it with an error that clients try again');
});

aws.quick('a call whose host carries the account arrives by way of the proxy', async (t, { standIn }) => {
  const { port } = new URL(standIn.url);
  const path = 'v20180820/configuration/publicAccessBlock';
  const { text } = await askThrough(standIn.url, `http://123456789012.127.0.0.1:${port}/${path}`);
  t.regex(text, /NoSuchPublicAccessBlockConfiguration/);
  await t.throwsAsync(fetch(`http://123456789012.127.0.0.1:${port}/${path}`), undefined, 'no resolver knows it');
});

aws.test('the proxy lets nothing out: neither to another host nor into a tunnel', async (t, { standIn }) => {
  const { status, text } = await askThrough(standIn.url, 'http://sts.amazonaws.com/');
  t.is(status, 400);
  t.regex(text, /stand-in: .* is not implemented \(it is for sts\.amazonaws\.com\)/);
  const { hostname, port } = new URL(standIn.url);
  const tunnel = request({ hostname, port, method: 'CONNECT', path: 'sts.amazonaws.com:443', agent: false }).end();
  const [answer] = await once(tunnel, 'connect');
  t.is(answer.statusCode, 403);
});

aws.test('moto can be told to enforce what the policies say', async (t, { standIn, ask }) => {
  await standIn.enforceIam(true);
  const refused = await ask({ service: 'iam', form: { Action: 'ListRoles', Version: '2010-05-08' } });
  t.is(refused.status, 403);
  await standIn.enforceIam(false);
  const { status } = await ask({ service: 'iam', form: { Action: 'ListRoles', Version: '2010-05-08' } });
  t.is(status, 200);
});

aws.test("AWS's managed policies are there to be attached", async (t, { ask }) => {
  const version = { Version: '2010-05-08' };
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  const role = { Action: 'CreateRole', RoleName: 'node', AssumeRolePolicyDocument: document, ...version };
  t.is((await ask({ service: 'iam', form: role })).status, 200);
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy';
  const attach = { Action: 'AttachRolePolicy', RoleName: 'node', PolicyArn, ...version };
  t.is((await ask({ service: 'iam', form: attach })).status, 200);
});

aws.test('moto ends with whoever started it, even when that one is killed', async (t) => {
  const main = fileURLToPath(new URL('../src/aws/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [ready] = await once(child.stdout, 'data');
  const [, url = ''] = /^ready (\S+)/.exec(String(ready)) ?? [];
  const form = new URLSearchParams({ Action: 'GetCallerIdentity', Version: '2011-06-15' });
  const { hostname } = new URL((await fetch(url, { method: 'POST', body: form })).url);
  t.is(hostname, '127.0.0.1');
  // Its error stream is inherited by nobody else: it closes when both are gone.
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await Promise.race([closed, delay(10_000).then(() => t.fail('something still holds its streams'))]);
});
