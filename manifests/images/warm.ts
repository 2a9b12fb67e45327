// Runs while an image is built, in the image itself, as its user: starts the deployable once, so that Node writes down what
// it has compiled. What it writes is for this very Node, architecture and user (the folder's name says all three).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

type Plan = {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Said when everything that a start needs has been compiled. */
  readonly said: RegExp;
  /** Asked for after that. */
  readonly paths?: readonly string[];
};

/** Nobody listens there: a start compiles the same code, and goes on trying. */
const NOBODY = '127.0.0.1:1';
const STORE = {
  WEATHERLINE_S3_BUCKET: 'none',
  WEATHERLINE_S3_ENDPOINT: `http://${NOBODY}`,
  WEATHERLINE_S3_REGION: 'none',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
};
const KAFKA = { WEATHERLINE_KAFKA_BROKERS: NOBODY };
const CONSUMER = /"msg":"consumer restarts"/;
const VAULT = {
  WEATHERLINE_VAULT_ADDR: `http://${NOBODY}`,
  WEATHERLINE_VAULT_ROLE: 'none',
  WEATHERLINE_VAULT_JWT: 'none',
  WEATHERLINE_VAULT_TIMEOUT: '1s',
  WEATHERLINE_SECRETS_DIRECTORY: tmpdir(),
};

const PLANS: Readonly<Record<string, Plan>> = {
  fetch: { env: { ...KAFKA, ...STORE, WEATHERLINE_PROVIDER: 'open-meteo' }, said: CONSUMER },
  transform: { env: KAFKA, said: CONSUMER },
  upload: { env: { ...KAFKA, ...STORE }, said: CONSUMER },
  gateway: {
    env: { ...STORE, WEATHERLINE_DRAIN_DELAY: '0s' },
    said: /"msg":"listening"/,
    paths: ['/', '/products', '/v1/products/latest', '/v1/status', '/openapi.json', '/docs', '/assets/uplot.js'],
  },
  cli: { args: ['trigger'], env: { ...KAFKA, ...STORE }, said: /./ },
  'secrets-init': {
    args: ['init'],
    env: { ...VAULT, WEATHERLINE_VAULT_SECRETS: '[{"path":"secret/none","field":"none","file":"NONE"}]' },
    said: /"level"/,
  },
  'vault-admin': {
    args: ['snapshot'],
    env: { ...VAULT, ...STORE, WEATHERLINE_VAULT_SNAPSHOT_BUCKET: 'none' },
    said: /"level"/,
  },
};

const PATIENCE_MS = 120_000;

/** Starts `app/main.mjs` of this component and leaves what was compiled in `cache`. */
export async function warm(component: string, app: string, cache: string): Promise<void> {
  const { args = [], env = {}, said, paths = [] } = PLANS[component] ?? { said: /./ };
  mkdirSync(cache, { recursive: true });
  const [http, infra] = [await freePort(), await freePort()];
  const ports = { WEATHERLINE_HTTP_PORT: String(http), WEATHERLINE_INFRA_PORT: String(infra) };
  const own = { NODE_COMPILE_CACHE: cache, NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '' };
  const child = spawn(process.execPath, [join(app, 'main.mjs'), ...args], {
    env: { ...env, ...ports, ...own, WEATHERLINE_HTTP_HOST: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const closed = once(child, 'close');
  for (let waited = 0; !said.test(text) && child.exitCode === null && waited < PATIENCE_MS; waited += 50)
    await delay(50);
  for (const path of paths) await fetch(`http://127.0.0.1:${http}${path}`).then(async (answer) => answer.arrayBuffer());
  await delay(500);
  child.kill('SIGTERM');
  await closed;
  if (!said.test(text)) throw new Error(`${component} did not start: ${text.slice(-2000)}`);
  openToAll(cache);
}

/** Node writes for its own user alone; in the image the files belong to nobody who runs there. */
function openToAll(cache: string): void {
  const files = readdirSync(cache, { recursive: true, withFileTypes: true });
  const bytes = files
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  if (bytes < 50_000) throw new Error(`only ${bytes} bytes were compiled: Node wrote no cache`);
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name);
    chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

if (import.meta.main) {
  const [app = '', cache = ''] = process.argv.slice(2);
  if (!existsSync(join(app, 'main.mjs'))) throw new Error(`there is no ${join(app, 'main.mjs')}`);
  // The build's argument: no shell is there to put it among these.
  await warm(process.env['COMPONENT'] ?? '', app, cache);
}
