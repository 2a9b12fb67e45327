import { readFileSync } from 'node:fs';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Environment } from '@weatherline/runtime';
import * as v from 'valibot';
import { fail, ok, skipped, warn, type Finding } from './check.ts';

const Health = v.looseObject({ version: v.string() });
const MAX_BODY_BYTES = 64 * 1024;

export const SILENT_VAULT = fail(
  'Vault does not answer in time',
  'look at the way to VAULT_ADDR: network policy, proxy',
);

/** Can the secrets be had? Vault's own word for its health, for which it wants no token. */
export async function checkVault(env: Environment, signal: AbortSignal): Promise<Finding> {
  const named = env['VAULT_ADDR'];
  if (!named) return skipped('VAULT_ADDR is not set: secrets come from files and the environment alone');
  const base = URL.parse(named);
  if (base === null || !/^https?:$/.test(base.protocol) || base.username !== '' || base.search !== '') {
    return fail('VAULT_ADDR: expected an http or https address without user or query', 'correct VAULT_ADDR');
  }
  let trusted: string | undefined;
  try {
    trusted = env['VAULT_CACERT'] ? readFileSync(env['VAULT_CACERT'], 'utf8') : undefined;
  } catch {
    return fail(
      'the file that VAULT_CACERT names cannot be read',
      'correct VAULT_CACERT: a file of certificates in PEM',
    );
  }
  const address = new URL(`${base.href.replace(/\/$/, '')}/v1/sys/health`);
  try {
    const found = judge(await ask(address, { trusted, name: env['VAULT_TLS_SERVER_NAME'], signal }), base);
    return found.status === 'ok' && TRUE.test(env['VAULT_SKIP_VERIFY'] ?? '') ? trustingAnybody(found) : found;
  } catch (error) {
    if (signal.aborted) return SILENT_VAULT;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
    return foundOf(code, base.origin);
  }
}

const TRUE = /^(1|t|true)$/i;

/** What looks at no certificate gives its token to whoever answers. */
function trustingAnybody({ detail }: Finding): Finding {
  return warn(`${detail}, but VAULT_SKIP_VERIFY lets anybody pass for it`, 'unset it, and set VAULT_CACERT');
}

type Answer = { readonly status: number; readonly body: string };
type How = { readonly trusted: string | undefined; readonly name: string | undefined; readonly signal: AbortSignal };

/** fetch knows of no authority but those that Node comes with. */
async function ask(address: URL, { trusted, name, signal }: How): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const tls = { ...(trusted === undefined ? {} : { ca: trusted }), ...(name ? { servername: name } : {}) };
  const request = address.protocol === 'https:' ? requestTls : requestPlain;
  const outgoing = request(address, { signal, agent: false, ...tls }, (incoming) => {
    let body = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (text: string) => {
      body += text;
      if (body.length > MAX_BODY_BYTES) incoming.destroy(new Error('the answer is too long'));
    });
    incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body }));
    incoming.on('error', reject);
  });
  outgoing.on('error', reject);
  outgoing.end();
  return await promise;
}

const UNSEAL = 'vault operator unseal, once for each share; or look into the log of Vault why its auto-unseal fails';

/** The codes of /v1/sys/health, as Vault answers when it is asked for no others. */
function judge({ status, body }: Answer, { origin, protocol }: URL): Finding {
  const version = versionOf(body);
  if (version === undefined) {
    if (status === 400 && protocol === 'http:' && /HTTPS server/i.test(body)) {
      return fail(`${origin} wants TLS`, 'write https:// in VAULT_ADDR');
    }
    return fail(`${origin} answers ${status}, and no health of Vault`, 'correct VAULT_ADDR');
  }
  const who = `Vault ${version} at ${origin}`;
  switch (status) {
    case 200:
      return ok(`${who} is initialised and unsealed`);
    case 429:
    case 473:
      return ok(`${who} is unsealed, a standby`);
    case 472:
      return fail(`${who} is the secondary for disasters and serves nobody`, 'set VAULT_ADDR to the primary');
    case 501:
      return fail(`${who} is not initialised`, 'vault operator init, and keep the shares apart');
    case 503:
      return fail(`${who} is sealed: no secret can be read`, UNSEAL);
    default:
      return fail(`${who} answers ${status}`, 'look into the log of Vault');
  }
}

function versionOf(body: string): string | undefined {
  try {
    const parsed = v.safeParse(Health, JSON.parse(body));
    return parsed.success ? parsed.output.version.replaceAll(/[^\w.+-]/g, '').slice(0, 40) : undefined;
  } catch {
    return undefined;
  }
}

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Why there was no answer: TLS first, whose causes have different cures. */
function foundOf(code: string, origin: string): Finding {
  if (UNTRUSTED.has(code)) {
    const fix = 'set VAULT_CACERT to the file of the authority that signed it';
    return fail(`nobody we trust has signed the certificate of ${origin} (${code})`, fix);
  }
  if (code.startsWith('ERR_OSSL_')) {
    return fail(`VAULT_CACERT holds no certificate that can be read (${code})`, 'write certificates in PEM into it');
  }
  switch (code) {
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return fail(
        `the certificate of ${origin} is for another name`,
        'set VAULT_TLS_SERVER_NAME to a name in it, or VAULT_ADDR to that name',
      );
    case 'CERT_HAS_EXPIRED':
      return fail(`the certificate of ${origin} has expired`, 'renew it; is the clock of this machine right?');
    case 'CERT_NOT_YET_VALID':
      return fail(`the certificate of ${origin} is not valid yet`, 'set the clock: timedatectl set-ntp true');
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return fail(`${origin} does not speak TLS (${code})`, 'write http:// in VAULT_ADDR, or give Vault a certificate');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fail(`the name in VAULT_ADDR is not known (${code})`, 'correct VAULT_ADDR, or look at the name server');
    default:
      return fail(`${origin} does not answer (${code})`, 'start Vault, or correct VAULT_ADDR and the way there');
  }
}
