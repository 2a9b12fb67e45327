import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { groupOf, ReadingsFetched, RecordsTransformed, RunRequested, topicOf } from '@weatherline/events';
import { LOG_FORMAT, openLogReader } from '@weatherline/adapters/embedded';
import type { LogReader } from '@weatherline/runtime';
import * as v from 'valibot';
import { shellWord } from '../shell-word.ts';
import { fail, ok, skipped, warn, type Finding } from './check.ts';

const MAIN = fileURLToPath(new URL('../log-check/main.ts', import.meta.url));
const Answer = v.object({ problems: v.array(v.string()), format: v.number() });
const run = promisify(execFile);

function logFile(data: string): string {
  return join(resolve(data), 'log', 'log.sqlite');
}

/** Reads the log's file as SQLite reads it, page by page; a large one may take longer than there is time. */
export async function checkLog(data: string, signal: AbortSignal): Promise<Finding> {
  const file = logFile(data);
  if (!existsSync(file)) return skipped('nothing is stored there yet');
  const restore = `stop weatherline, move ${shellWord(dirname(file))} away and start again: what is stored as objects stays`;
  let answer: v.InferOutput<typeof Answer>;
  try {
    const args = ['--disable-warning=ExperimentalWarning', MAIN, file];
    const { stdout } = await run(process.execPath, args, { signal, killSignal: 'SIGKILL' });
    answer = v.parse(Answer, JSON.parse(stdout));
  } catch (error) {
    if (signal.aborted) throw error;
    return fail(`${file} cannot be read: ${reasonOf(error)}`, restore);
  }
  const { problems, format } = answer;
  if (problems.length > 0) return fail(`${file} is damaged: ${problems.join('; ').slice(0, 400)}`, restore);
  if (format > LOG_FORMAT) {
    return fail(
      `the log has format ${format}, this weatherline reads up to ${LOG_FORMAT}`,
      'use the version that wrote it',
    );
  }
  return ok(`${(statSync(file).size / 1024 ** 2).toFixed(1)} MiB, whole`);
}

function reasonOf(error: unknown): string {
  const said = typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : '';
  return /^Error: (.+)$/m.exec(said)?.[1] ?? 'SQLite cannot open it';
}

const CHAIN = [
  ['fetch', RunRequested],
  ['transform', ReadingsFetched],
  ['upload', RecordsTransformed],
] as const;

/** What each function has before it, on both lanes; topics that are missing are told elsewhere. */
export async function checkGroups(log: Pick<LogReader, 'lag'>, absent: ReadonlySet<string>): Promise<Finding> {
  const groups = CHAIN.flatMap(([name, event]) =>
    (['live', 'replay'] as const).map((lane) => ({ group: groupOf(name, lane), topic: topicOf(event, lane) })),
  ).filter(({ topic }) => !absent.has(topic));
  const waiting = await Promise.all(
    groups.map(async ({ group, topic }) => {
      const partitions = await log.lag(group, topic);
      return { group, count: partitions.reduce((sum, { lag }) => sum + lag, 0) };
    }),
  );
  const behind = waiting.filter(({ count }) => count > 0);
  if (behind.length === 0) return ok(`${groups.length} groups, nothing waits`);
  const told = behind.map(({ group, count }) => `${group}: ${count} ${count === 1 ? 'event waits' : 'events wait'}`);
  return warn(
    told.join('\n'),
    'look again in a minute; if it does not shrink, is that function running, and what does it log?',
  );
}

export async function checkEmbeddedGroups(data: string): Promise<Finding> {
  if (!existsSync(logFile(data))) return skipped('nothing is stored there yet');
  await using resources = new AsyncDisposableStack();
  const reader = resources.use(await openLogReader({ directory: join(resolve(data), 'log') }));
  return await checkGroups(reader, new Set());
}
