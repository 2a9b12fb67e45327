import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHash, randomBytes } from 'node:crypto';
import { createLogger, type Clock, type Logger } from '@weatherline/runtime';
import {
  adminRoutes,
  issueCertificate,
  serviceAccountToken,
  startVaultServer,
  type AdminOptions,
  type AdminRoutes,
  type VaultServer,
} from '@weatherline/testkit/vault';
import type { ExecutionContext } from 'ava';
import { parseDocument, type Document } from '../../src/admin/configuration.ts';
import { configure } from '../../src/admin/configure.ts';
import { Ledger } from '../../src/admin/ledger.ts';
import { VaultClient, type Login } from '../../src/vault-client.ts';

/** What the cluster mounts. */
export const CONFIGURATION = readFileSync(
  fileURLToPath(new URL('../../../../manifests/base/vault/configuration.json', import.meta.url)),
  'utf8',
);

export type AdminWorld = {
  readonly server: VaultServer;
  readonly issued: AdminRoutes['issued'];
  readonly ca: string;
  readonly folder: string;
  readonly document: Document;
  readonly lines: () => string;
  readonly log: Logger;
  readonly clock: Clock;
  /** Of every wait, milliseconds. */
  readonly slept: number[];
  readonly client: (token?: string) => VaultClient;
  readonly login: (name: string, namespace?: string, role?: string) => Login;
  /** One pass over the whole configuration; how many changes it made. */
  readonly apply: (client: VaultClient, document?: Document) => Promise<number>;
  readonly environment: (extra: Readonly<Record<string, string>>) => Record<string, string>;
  readonly write: (name: string, text: string) => string;
};

type WorldOptions = AdminOptions & {
  /** It is not initialised either. */
  readonly isNew?: boolean;
  /** Over http every request is ten times as quick. */
  readonly isPlain?: boolean;
};

/** A Vault that has nothing in it. */
export async function createAdminWorld(
  t: ExecutionContext,
  { isNew = false, isPlain = false, ...options }: WorldOptions = {},
): Promise<AdminWorld> {
  const { ca, cert, key } = issueCertificate();
  const { routes, issued } = adminRoutes(options);
  const server = await startVaultServer({ ...(isPlain ? {} : { tls: { key, cert } }), routes, isEmpty: true });
  t.teardown(async () => server[Symbol.asyncDispose]());
  server.state.isInitialised = !isNew;
  const folder = mkdtempSync(join(tmpdir(), 'weatherline-admin-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  let lines = '';
  const destination = { write: (line: string) => (lines += line) };
  const log = createLogger({ service: 'test', version: '0', level: 'debug', destination });
  const slept: number[] = [];
  const clock = {
    now: () => new Date(server.state.now()),
    sleep: async (ms: number) => {
      slept.push(ms);
      server.advance(ms);
    },
  };
  const document = parseDocument(CONFIGURATION);
  return {
    server,
    issued,
    ca,
    folder,
    document,
    lines: () => lines,
    log,
    clock,
    slept,
    client: (token = '') => {
      const made = new VaultClient({ address: server.url, ca: () => ca, timeoutMs: 2_000 });
      made.token = token;
      return made;
    },
    login: (name, namespace = 'vault', role = name) => ({
      mount: 'kubernetes',
      role,
      jwt: serviceAccountToken({ name, namespace, nowMs: server.state.now() }),
    }),
    apply: async (client, wanted = document) => {
      const ledger = new Ledger(log);
      await configure({ client, document: wanted, environment: 'test', ledger, clock });
      ledger.finish();
      return ledger.changes;
    },
    environment: (extra) => ({
      PATH: process.env['PATH'] ?? '',
      TZ: 'UTC',
      WEATHERLINE_VAULT_ADDR: server.url,
      WEATHERLINE_VAULT_CA_FILE: write('ca.crt', ca),
      WEATHERLINE_LOG_LEVEL: 'debug',
      ...extra,
    }),
    write,
  };
}

/** A public key in armor: the packet of one, with bytes of no meaning in it. */
export function armoredKey(seed: string): string {
  const body = Buffer.concat([
    createHash('sha512').update(seed).digest(),
    createHash('sha512').update(`${seed}2`).digest(),
  ]);
  const bytes = Buffer.concat([Buffer.from([0xc6, body.length]), body]);
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PGP PUBLIC KEY BLOCK-----', '', ...lines, '-----END PGP PUBLIC KEY BLOCK-----', ''].join('\n');
}

export const HOLDERS = ['amelie.asc', 'bastien.asc', 'chloe.asc', 'dmitri.asc', 'emma.asc'] as const;

/** A directory as a ConfigMap is mounted, with the keys of five holders. */
export function keyDirectory(folder: string, holders: readonly string[] = HOLDERS): string {
  const directory = join(folder, `keys-${randomBytes(4).toString('hex')}`);
  mkdirSync(join(directory, '..data'), { recursive: true });
  for (const holder of holders) writeFileSync(join(directory, holder), armoredKey(holder));
  return directory;
}

export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder);
}
