import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { issueCertificate, serviceAccountToken, startVaultServer, type VaultServer } from '@weatherline/testkit/vault';
import type { ExecutionContext } from 'ava';
import { temporaryDirectory } from './process.ts';

const MAIN = fileURLToPath(new URL('../../packages/secrets-init/main.ts', import.meta.url));
const PATH = 'secret/weatherline/test/openweather';
const POLICY = `
path "secret/data/weatherline/test/openweather" { capabilities = ["read"] }
path "auth/token/renew-self" { capabilities = ["update"] }
path "auth/token/revoke-self" { capabilities = ["update"] }
`;

/** A process of secrets-init, and what it said so far. */
export type SecretsProcess = {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly closed: Promise<number | string>;
};

/** A pod's secrets: a Vault, the memory volume, and the two containers that fill it. */
export type PodSecrets = {
  readonly vault: VaultServer;
  /** `/vault/secrets/OPENWEATHER_API_KEY`. */
  readonly keyFile: string;
  readonly rotate: (key: string) => void;
  readonly current: () => string;
  readonly run: (mode: 'init' | 'refresh', env?: Readonly<Record<string, string>>) => SecretsProcess;
  /** Everything that must be found nowhere. */
  readonly canaries: () => readonly string[];
};

export async function openPodSecrets(t: ExecutionContext, key: string): Promise<PodSecrets> {
  const { ca, ...tls } = issueCertificate();
  const vault = await startVaultServer({ tls });
  t.teardown(async () => vault[Symbol.asyncDispose]());
  vault.seedRole('fetch', { policy: POLICY });
  vault.seed(PATH, { api_key: key });
  const pod = temporaryDirectory(t);
  const directory = join(pod, 'secrets');
  mkdirSync(directory);
  const jwt = serviceAccountToken({ name: 'fetch', namespace: 'weatherline' });
  writeFileSync(join(pod, 'token'), jwt);
  writeFileSync(join(pod, 'ca.crt'), ca);
  writeFileSync(join(pod, 'wanted'), JSON.stringify([{ path: PATH, field: 'api_key', file: 'OPENWEATHER_API_KEY' }]));
  const environment = {
    TZ: 'UTC',
    WEATHERLINE_VAULT_ADDR: vault.url,
    WEATHERLINE_VAULT_CA_FILE: join(pod, 'ca.crt'),
    WEATHERLINE_VAULT_ROLE: 'fetch',
    WEATHERLINE_VAULT_JWT_FILE: join(pod, 'token'),
    WEATHERLINE_VAULT_SECRETS_FILE: join(pod, 'wanted'),
    WEATHERLINE_SECRETS_DIRECTORY: directory,
    WEATHERLINE_HTTP_HOST: '127.0.0.1',
    WEATHERLINE_INFRA_PORT: '0',
    WEATHERLINE_LOG_LEVEL: 'debug',
  };
  const keyFile = join(directory, 'OPENWEATHER_API_KEY');
  const keys = [key];
  return {
    vault,
    keyFile,
    rotate: (now) => {
      keys.push(now);
      vault.seed(PATH, { api_key: now });
    },
    current: () => readFileSync(keyFile, 'utf8'),
    run: (mode, env = {}) => {
      const child = spawn(process.execPath, [MAIN, mode], {
        env: { ...environment, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      t.teardown(() => child.kill('SIGKILL'));
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += String(chunk)));
      const closed = once(child, 'close').then(([code, signal]) => (typeof code === 'number' ? code : String(signal)));
      return { child, closed, output: () => output };
    },
    canaries: () => [...keys, jwt, ...vault.state.tokens.everIssued],
  };
}
