import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { matchesGlob } from 'node:path';
import { fileURLToPath } from 'node:url';
import { longFiles } from './support/long-files.ts';

/**
 * Runs the checks and the tests, shows what fails, and ends with the one line that counts. `--all` is with the long forms; `--all --rest` is what
 * a run without has left out: files that have long forms.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const isAll = process.argv.includes('--all');
const isRest = isAll && process.argv.includes('--rest');
const patterns = process.argv.slice(2).filter((argument) => !['--all', '--rest'].includes(argument));

type Tally = { passed: number; failed: number; skipped: string[] };
const tally: Tally = { passed: 0, failed: 0, skipped: [] };

async function run(command: string, args: readonly string[], line: (text: string) => void): Promise<number> {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    // Settings of the shell must not change what the tests see.
    env: { ...cleanEnvironment(), WEATHERLINE_TEST_LEVEL: isAll ? 'all' : 'quick' },
  });
  createInterface({ input: child.stdout }).on('line', line);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (signal !== null) process.stdout.write(`${command} was ended by ${signal}\n`);
      resolve(code ?? 1);
    });
  });
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(WEATHERLINE_(?!TEST_)|OPENWEATHER_)/.test(name)),
  );
}

async function check(title: string, command: string, args: readonly string[]): Promise<void> {
  const lines: string[] = [];
  const code = await run(command, args, (text) => lines.push(text));
  if (code === 0) tally.passed += 1;
  else {
    tally.failed += 1;
    process.stdout.write(`not ok - ${title}\n${lines.join('\n')}\n`);
  }
}

const HEAVY = ['test/chaos/**', 'test/simulation/**', 'packages/adapters/test/kafka-*.test.ts'];
const WAITING = ['test/infra/**/*.test.ts', 'packages/testkit/test/aws-*.test.ts'];
/** What asks kubectl, Terraform or moto, and not Node alone. */
const LATER = ['test/manifests/**/*.test.ts', ...WAITING];

/**
 * In the long run what breaks brokers and measures time has the machine for itself, one file after the other; what asks Terraform, which mostly
 * waits, goes four at a time.
 */
function groups(): readonly (readonly string[])[] {
  if (patterns.length > 0) return [patterns];
  // Exclusions alone would find nothing.
  if (!isAll) return [['**/*.test.ts', ...LATER.map((pattern) => `!${pattern}`)]];
  const rest = isRest ? [...new Set([...longFiles(), ...globSync(LATER, { cwd: root })])] : undefined;
  const among = (some: readonly string[]): readonly string[] =>
    rest?.filter((file) => some.some((pattern) => matchesGlob(file, pattern))) ?? some;
  const apart = new Set([...among(HEAVY), ...among(WAITING)]);
  const others = rest?.filter((file) => !apart.has(file)) ?? [
    '**/*.test.ts',
    ...[...apart].map((pattern) => `!${pattern}`),
  ];
  return [others, ['--concurrency=4', ...among(WAITING)], ['--concurrency=1', ...among(HEAVY)]];
}

function takeTap(text: string, state: { failing: boolean }): void {
  const result = /^(not )?ok \d+ - (.*)$/.exec(text);
  if (result === null) {
    if (state.failing || text.startsWith('Bail out')) process.stdout.write(`${text}\n`);
    return;
  }
  const [, not, title = ''] = result;
  state.failing = not !== undefined;
  if (/# (SKIP|TODO)/i.test(title)) tally.skipped.push(title.replace(/\s*# (SKIP|TODO).*$/i, ''));
  else if (state.failing) {
    tally.failed += 1;
    process.stdout.write(`${text}\n`);
  } else tally.passed += 1;
}

if (patterns.length === 0 && !isRest) {
  await check('types: tsc', 'tsc', []);
  await check('lint: oxlint', 'oxlint', []);
  await check('format: oxfmt', 'oxfmt', ['--check', '.']);
}
for (const args of groups()) {
  const state = { failing: false };
  const before = tally.failed;
  const code = await run('ava', ['--tap', ...args], (text) => takeTap(text, state));
  // A crash of the runner outside any test must not look like a pass.
  if (code !== 0 && tally.failed === before) {
    tally.failed += 1;
    process.stdout.write(`not ok - the runner ended with ${code} after ${tally.passed} results, outside any test\n`);
  }
}
if (patterns.length === 0 && !isAll) {
  const { length } = globSync(LATER, { cwd: root });
  tally.skipped.push(
    `${length} files of test/manifests, test/infra and packages/testkit/test/aws-* (npm run test:all)`,
  );
}
for (const title of tally.skipped) process.stdout.write(`skipped: ${title}\n`);
const skipped = tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : '';
process.stdout.write(`${tally.passed} passed, ${tally.failed} failed${skipped}\n`);
process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0;
