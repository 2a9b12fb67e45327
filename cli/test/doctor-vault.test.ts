import { createECDH, createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlain, type RequestListener, type Server } from 'node:http';
import { createServer as createTls } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { runChecks } from '../src/doctor/check.ts';
import { checkVault, SILENT_VAULT } from '../src/doctor/vault.ts';

const { signal } = new AbortController();

/** Certificates of {@link everybodysKey} for vault.test alone: until 2120, and until 2020. */
const GOOD = pemOf(
  'MIIBdjCCAR2gAwIBAgIURcrH0olLczuH/fYf2O7RbTcKK6EwCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKdmF1bHQudGVzdDAgFw0y' +
    'MDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFTETMBEGA1UEAwwKdmF1bHQudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEH' +
    'A0IABB8ivhfQchp1wP2ZlvN96Hw9dTfjH+p0WB6NM8JYbwMRdX7RZKmz08zdmT7fKNK6YIgA4FBexwSSCtde8HQTW0CjSTBHMA8G' +
    'A1UdEwEB/wQFMAMBAf8wFQYDVR0RBA4wDIIKdmF1bHQudGVzdDAdBgNVHQ4EFgQU5vZx/49Q9dh3nL8E1/4r7/NyyRgwCgYIKoZI' +
    'zj0EAwIDRwAwRAIgdyF73w5qpCXmqJOmTTKMrZ9FbGBEbmBh38cAa8gz7QACIDuis96OBQsuL2RAtpU+PZhseay9gIZZBobzDPSe' +
    'rUhe',
);
const EXPIRED = pemOf(
  'MIIBdDCCARugAwIBAgIUMICkyGw4GtkGUpqzxc87Hxgz4Y4wCgYIKoZIzj0EAwIwFTETMBEGA1UEAwwKdmF1bHQudGVzdDAeFw0y' +
    'MDAxMDEwMDAwMDBaFw0yMDAxMDIwMDAwMDBaMBUxEzARBgNVBAMMCnZhdWx0LnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC' +
    'AAQfIr4X0HIadcD9mZbzfeh8PXU34x/qdFgejTPCWG8DEXV+0WSps9PM3Zk+3yjSumCIAOBQXscEkgrXXvB0E1tAo0kwRzAPBgNV' +
    'HRMBAf8EBTADAQH/MBUGA1UdEQQOMAyCCnZhdWx0LnRlc3QwHQYDVR0OBBYEFOb2cf+PUPXYd5y/BNf+K+/zcskYMAoGCCqGSM49' +
    'BAMCA0cAMEQCIG3JGO8GnRbaIs7YYTs0BXKUzJl0D17rEC5bkhYRnZZ0AiBpr1DSfYEYb+5PMiDmHOSSYFpwRn0q0iS1hC94httd' +
    'dw==',
);

function pemOf(base64: string): string {
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
}

/** No secret: it follows from these words. */
function everybodysKey(): KeyObject {
  const secret = createHash('sha256').update('a key that everybody knows').digest();
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(secret);
  const point = curve.getPublicKey();
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
  const d = secret.toString('base64url');
  return createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', d, x, y } });
}

async function listen(t: ExecutionContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

function health(status = 200): RequestListener {
  return (request, response) => {
    response.writeHead(request.url === '/v1/sys/health' ? status : 404);
    response.end('{"initialized":true,"sealed":false,"version":"1.18.2"}');
  };
}

async function judge(env: Readonly<Record<string, string>>): Promise<string> {
  const { status, detail } = await checkVault(env, signal);
  return `${status}: ${detail.replaceAll(/127\.0\.0\.1:\d+/g, 'HERE')}`;
}

test('Vault is well when it is unsealed, and each other state has its words', async (t) => {
  let answer = health();
  const url = `http://${await listen(
    t,
    createPlain((...both) => answer(...both)),
  )}`;
  const told = async (status: number): Promise<string> => {
    answer = health(status);
    return judge({ VAULT_ADDR: `${url}/` });
  };
  t.is(await told(200), 'ok: Vault 1.18.2 at http://HERE is initialised and unsealed');
  t.regex(await told(429), /^ok: .* a standby$/);
  t.regex(await told(473), /^ok: .* a standby$/);
  t.regex(await told(472), /^fail: .* secondary/);
  t.regex(await told(501), /^fail: .* not initialised$/);
  t.regex(await told(503), /^fail: .* is sealed: no secret can be read$/);
  t.regex((await checkVault({ VAULT_ADDR: url }, signal)).fix ?? '', /^vault operator unseal/);
  t.regex(await told(500), /^fail: .* answers 500$/);
  answer = (_, response) => response.end('<html>hello</html>');
  t.is(await judge({ VAULT_ADDR: url }), 'fail: http://HERE answers 200, and no health of Vault');
  answer = (_, response) => response.writeHead(400).end('Client sent an HTTP request to an HTTPS server.\n');
  t.is(await judge({ VAULT_ADDR: url }), 'fail: http://HERE wants TLS');
  answer = (_, response) => response.end('x'.repeat(100_000));
  t.regex(await judge({ VAULT_ADDR: url }), /^fail: /);
});

test('without an address Vault is not asked; one that is none, or where nobody listens, is told', async (t) => {
  t.regex(await judge({}), /^skipped: VAULT_ADDR is not set/);
  t.regex(await judge({ VAULT_ADDR: 'vault:8200' }), /^fail: VAULT_ADDR: expected an http or https address/);
  t.regex(await judge({ VAULT_ADDR: 'http://me:canary@vault' }), /^fail: VAULT_ADDR: expected(?!.*canary)/);
  t.is(await judge({ VAULT_ADDR: 'http://127.0.0.1:1' }), 'fail: http://HERE does not answer (ECONNREFUSED)');
  t.regex(await judge({ VAULT_ADDR: 'http://none.invalid' }), /^fail: the name in VAULT_ADDR is not known/);
  const [silent] = await runChecks(
    [
      {
        name: 'vault',
        late: SILENT_VAULT,
        run: async (stop) =>
          checkVault(
            {
              VAULT_ADDR: `http://${await listen(
                t,
                createPlain(() => undefined),
              )}`,
            },
            stop,
          ),
      },
    ],
    200,
  );
  t.is(silent?.detail, 'Vault does not answer in time');
});

test('each fault of TLS is told by its cause', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weatherline-doctor-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const fileOf = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const key = everybodysKey().export({ type: 'pkcs8', format: 'pem' });
  const url = `https://${await listen(t, createTls({ key, cert: GOOD }, health()))}`;
  const old = `https://${await listen(t, createTls({ key, cert: EXPIRED }, health()))}`;
  const plain = `https://${await listen(t, createPlain(health()))}`;
  const named = { VAULT_TLS_SERVER_NAME: 'vault.test' };
  const trusted = { VAULT_CACERT: fileOf('good', GOOD) };
  t.regex(await judge({ VAULT_ADDR: url, ...named }), /^fail: nobody we trust has signed the certificate/);
  t.is(await judge({ VAULT_ADDR: url, ...trusted }), 'fail: the certificate of https://HERE is for another name');
  const good = { VAULT_ADDR: url, ...trusted, ...named };
  t.is(await judge(good), 'ok: Vault 1.18.2 at https://HERE is initialised and unsealed');
  t.regex(await judge({ ...good, VAULT_SKIP_VERIFY: 'true' }), /^warn: .* lets anybody pass for it$/);
  const expired = { VAULT_ADDR: old, VAULT_CACERT: fileOf('old', EXPIRED), ...named };
  t.is(await judge(expired), 'fail: the certificate of https://HERE has expired');
  t.regex(await judge({ VAULT_ADDR: plain }), /^fail: https:\/\/HERE does not speak TLS \(/);
  t.regex(await judge({ ...good, VAULT_CACERT: join(folder, 'none') }), /^fail: .* VAULT_CACERT names cannot be read$/);
  t.regex(await judge({ ...good, VAULT_CACERT: fileOf('odd', 'hello') }), /^fail: (nobody we trust|.*VAULT_CACERT)/);
});
