import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, type Clock, type Logger } from '@weatherline/runtime';
import { issueCertificate, serviceAccountToken, startVaultServer, type VaultServer } from '@weatherline/testkit/vault';
import type { ExecutionContext } from 'ava';
import { Session } from '../../src/session.ts';
import { VaultClient } from '../../src/vault-client.ts';

export const CANARY = 'canary-value-7d1f0b6e93aa4c52';
export const PATH = 'secret/weatherline/test/openweather';
export const WANTED = [{ path: PATH, field: 'api_key', file: 'OPENWEATHER_API_KEY' }] as const;

/** What vault-configure gives a workload: without the default policy its own token is granted here too. */
export const POLICY = `
path "secret/data/weatherline/test/openweather" { capabilities = ["read"] }
path "auth/token/renew-self" { capabilities = ["update"] }
path "auth/token/revoke-self" { capabilities = ["update"] }
`;

export type World = {
  readonly server: VaultServer;
  readonly ca: string;
  readonly directory: string;
  /** The projected token's file. */
  readonly jwtFile: string;
  readonly caFile: string;
  /** Every log line, before it is redacted by nobody else. */
  readonly lines: () => string;
  readonly log: Logger;
  readonly session: (options?: { readonly clock?: Clock; readonly timeoutMs?: number }) => Session;
  readonly client: (options?: { readonly timeoutMs?: number }) => VaultClient;
  readonly content: (file?: string) => string;
  readonly files: () => readonly string[];
  readonly mode: (file: string) => number;
  readonly environment: (extra?: Readonly<Record<string, string>>) => Record<string, string>;
  /** Everything that must be found nowhere. */
  readonly canaries: () => readonly string[];
};

/** A Vault with one role and one secret, over TLS, and a pod's directories. */
export async function createWorld(t: ExecutionContext): Promise<World> {
  const { ca, cert, key } = issueCertificate();
  const server = await startVaultServer({ tls: { key, cert } });
  t.teardown(async () => server[Symbol.asyncDispose]());
  server.seedRole('fetch', { policy: POLICY });
  server.seed(PATH, { api_key: CANARY });
  const directory = mkdtempSync(join(tmpdir(), 'weatherline-secrets-'));
  const pod = mkdtempSync(join(tmpdir(), 'weatherline-pod-'));
  t.teardown(() => [directory, pod].forEach((folder) => rmSync(folder, { recursive: true, force: true })));
  const [jwtFile, caFile] = [join(pod, 'token'), join(pod, 'ca.crt')];
  const jwt = serviceAccountToken({ name: 'fetch', namespace: 'weatherline' });
  writeFileSync(jwtFile, jwt);
  writeFileSync(caFile, ca);
  let lines = '';
  const log = createLogger({
    service: 'test',
    version: '0',
    level: 'debug',
    destination: { write: (line) => (lines += line) },
  });
  const client = ({ timeoutMs = 10_000 } = {}): VaultClient =>
    new VaultClient({ address: server.url, ca: () => ca, timeoutMs });
  return {
    server,
    ca,
    directory,
    jwtFile,
    caFile,
    log,
    lines: () => lines,
    client,
    session: ({ clock = { now: () => new Date(server.state.now()), sleep: async () => {} }, timeoutMs = 2_000 } = {}) =>
      new Session({
        client: client({ timeoutMs }),
        clock,
        log,
        keepSecret: () => {},
        login: () => ({ mount: 'kubernetes', role: 'fetch', jwt: readFileSync(jwtFile, 'utf8') }),
      }),
    content: (file = 'OPENWEATHER_API_KEY') => readFileSync(join(directory, file), 'utf8'),
    files: () => readdirSync(directory).toSorted(),
    mode: (file) => statSync(join(directory, file)).mode & 0o777,
    environment: (extra = {}) => ({
      PATH: process.env['PATH'] ?? '',
      TZ: 'UTC',
      WEATHERLINE_VAULT_ADDR: server.url,
      WEATHERLINE_VAULT_CA_FILE: caFile,
      WEATHERLINE_VAULT_ROLE: 'fetch',
      WEATHERLINE_VAULT_JWT_FILE: jwtFile,
      WEATHERLINE_VAULT_SECRETS: JSON.stringify(WANTED),
      WEATHERLINE_SECRETS_DIRECTORY: directory,
      WEATHERLINE_LOG_LEVEL: 'debug',
      WEATHERLINE_HTTP_HOST: '127.0.0.1',
      WEATHERLINE_INFRA_PORT: '0',
      ...extra,
    }),
    canaries: () => [CANARY, jwt, ...server.state.tokens.everIssued],
  };
}

/** Fails when a text holds a secret, also as base64 or in parts. */
export function assertClean(t: ExecutionContext, text: string, canaries: readonly string[], where: string): void {
  for (const canary of canaries) {
    const forms = [canary, Buffer.from(canary).toString('base64'), canary.slice(0, 24)];
    for (const form of forms) t.false(text.includes(form), `${where} holds a secret`);
  }
}
