import { request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent, request as requestHttps } from 'node:https';
import { connectionError, VaultError } from './vault-error.ts';

export type TransportOptions = {
  /** PEM; asked at each request, for an authority is rotated too. Undefined = the system's authorities. */
  readonly ca: () => string | undefined;
  readonly timeoutMs: number;
  readonly maxBytes: number;
};

/** What node-vault hands to a transport, as far as we use it. */
export type VaultRequest = {
  readonly uri: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly signal?: AbortSignal | undefined;
};

export type VaultResponse = {
  readonly statusCode: number;
  readonly body: unknown;
  readonly request: { readonly path: string };
};

/**
 * Sends one request of node-vault's.
 *
 * Its own transport would follow redirects with the token, obey proxies of the environment and VAULT_SKIP_VERIFY, and
 * print headers under DEBUG. Here a certificate is always verified, a redirect is an answer like another, and every
 * connection is new, so that a node that has become a standby is left at once.
 */
export async function sendToVault(sent: VaultRequest, options: TransportOptions): Promise<VaultResponse> {
  const url = new URL(sent.uri);
  const deadline = AbortSignal.timeout(options.timeoutMs);
  try {
    const answer = await open(url, sent, options.ca(), anyOf(deadline, sent.signal));
    const body = await bodyOf(answer, options.maxBytes);
    return { statusCode: answer.statusCode ?? 0, body, request: { path: url.pathname } };
  } catch (error) {
    if (error instanceof VaultError) throw error;
    const isLate = deadline.aborted && sent.signal?.aborted !== true;
    throw connectionError(url.origin, isLate ? Object.assign(new Error('late'), { code: 'ETIMEDOUT' }) : error);
  }
}

export async function open(
  url: URL,
  { method, headers, json }: VaultRequest,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const payload = json === undefined ? undefined : JSON.stringify(json);
  const framing =
    payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
  const options = {
    method,
    signal,
    headers: { ...headers, ...framing, accept: 'application/json', 'x-vault-request': 'true' },
  };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const authorities = ca === undefined ? {} : { ca };
  const request =
    url.protocol === 'https:'
      ? requestHttps(url, {
          ...options,
          agent: new Agent({ keepAlive: false, rejectUnauthorized: true, ...authorities }),
        })
      : requestHttp(url, { ...options, agent: false });
  request.on('response', resolve).on('error', reject).end(payload);
  return promise;
}

async function bodyOf(answer: IncomingMessage, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    const bytes: Buffer = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) {
      throw new VaultError({ fault: 'unreachable', message: `an answer of Vault is larger than ${maxBytes} bytes` });
    }
    chunks.push(bytes);
  }
  const body = Buffer.concat(chunks);
  if (!/json/.test(answer.headers['content-type'] ?? '')) return body;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // The parser's message quotes the text, which may be a secret.
    throw new VaultError({ fault: 'unreachable', message: 'an answer of Vault is not JSON: was it cut short?' });
  }
}

function anyOf(deadline: AbortSignal, signal: AbortSignal | undefined): AbortSignal {
  return signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
}
