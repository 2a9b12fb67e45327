// Starts weatherline on a machine that has nothing but Node ≥ 18 and npm: installs what is missing, once, then hands
// over to Node 24 from node_modules. Plain JavaScript, no dependencies, no syntax newer than Node 18.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@12.21.0';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.weatherline-installed');
const node = join(root, 'node_modules', 'node-lts', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

function manifests() {
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', 'gateway/package.json', 'cli/package.json'];
  for (const folder of ['packages', 'functions']) {
    for (const name of readdirSync(join(root, folder))) files.push(`${folder}/${name}/package.json`);
  }
  return files.filter((file) => existsSync(join(root, file)));
}

function fingerprint() {
  const hash = createHash('sha256').update(`${PNPM} ${process.platform} ${process.arch}`);
  for (const file of manifests()) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function isInstalled(wanted) {
  return existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}

let child;
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    child = spawn(command, args, options);
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    if (child === undefined) process.exit(128 + constants.signals[signal]);
    child.kill(signal);
  });
}

const wanted = fingerprint();
if (!isInstalled(wanted)) {
  process.stderr.write('weatherline: installing what is missing (once) …\n');
  // stdout belongs to the command that follows: what the installer says goes to stderr.
  const code = await run('npm', ['exec', '--yes', `--package=${PNPM}`, '--', 'pnpm', 'install', '--frozen-lockfile'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    // The project's npm is silent; an installation that fails must say why.
    env: { ...process.env, npm_config_loglevel: 'warn' },
    shell: process.platform === 'win32',
  });
  if (code !== 0) {
    process.stderr.write(
      'weatherline: the installation failed, see above. It needs the npm registry once; run the same command again when it can be reached.\n',
    );
    process.exit(code);
  }
  writeFileSync(stamp, wanted);
}

const [command, ...rest] = process.argv.slice(2);
// What is not a command of weatherline itself is a tool of its developers.
const tools = {
  test: 'test/run.ts',
  docs: 'docs/write-reference.ts',
  upstream: 'packages/testkit/src/upstream/main.ts',
};
const tool = Object.hasOwn(tools, command ?? '') ? tools[command] : undefined;
const entry = join(root, tool ?? 'cli/src/main.ts');
const args = tool === undefined ? process.argv.slice(2) : rest;
const bin = join(root, 'node_modules', '.bin');
// The channel tells the child when this process dies, however it dies.
process.exitCode = await run(node, ['--disable-warning=ExperimentalWarning', entry, ...args], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
});
