import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job, Report } from './work.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
const HOOKS = new URL('mutate.ts', import.meta.url).href;

/** How many processes work at once. */
export const SHARDS = 2;

/** Does a job in a process of its own, with a mutation of the code when one is named. */
export async function runJob(job: Job, mutation?: string): Promise<Report> {
  const hooks = mutation === undefined ? [] : ['--import', HOOKS];
  const child = spawn(
    process.execPath,
    [
      '--max-semi-space-size=32',
      ...hooks,
      WORKER,
      JSON.stringify(job, (_, value: unknown) => (value === undefined ? null : value)),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TZ: 'UTC', ...(mutation === undefined ? {} : { WEATHERLINE_TEST_MUTATION: mutation }) },
    },
  );
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`a worker ended with ${String(code)}: ${errors.slice(-2000)}`);
  return JSON.parse(output);
}

/** The reports of the same kind of job, done side by side. */
export async function runShards(jobs: readonly Job[]): Promise<Report> {
  const reports = await Promise.all(jobs.map(async (job) => runJob(job)));
  return {
    runs: reports.reduce((sum, { runs }) => sum + runs, 0),
    failures: reports.flatMap(({ failures }) => failures),
    points: Math.max(...reports.map(({ points }) => points)),
    slowestMs: Math.max(...reports.map(({ slowestMs }) => slowestMs)),
    hash: reports.map(({ hash }) => hash).join(),
    isWhole: reports.every(({ isWhole }) => isWhole),
  };
}
