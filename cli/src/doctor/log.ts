import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LOG_FORMAT } from '@weatherline/adapters/embedded';
import type { LogReader } from '@weatherline/runtime';
import * as v from 'valibot';
import { CHAIN_GROUPS, sumOf, type ChainGroup } from '../chain-groups.ts';
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

export type GroupQuestion = {
  readonly log: LogReader;
  /** Topics that are missing are told elsewhere. */
  readonly absent: ReadonlySet<string>;
  readonly now: Date;
  /** Is anybody there to handle what waits? Undefined = that cannot be known from here. */
  readonly isAttended?: boolean;
};

type Behind = { readonly group: string; readonly count: number; readonly waitedMs: number };

/** What each function has before it, on both lanes, and for how long. */
export async function checkGroups({ log, absent, now, isAttended = true }: GroupQuestion): Promise<Finding> {
  const groups = CHAIN_GROUPS.filter(({ topic }) => !absent.has(topic));
  const behind = (await Promise.all(groups.map(async (group) => behindOf(log, group, now)))).filter(
    (found) => found !== undefined,
  );
  if (behind.length === 0) return ok(`${groups.length} groups, nothing waits`);
  const told = behind.map(toldOf).join('\n');
  if (!isAttended) return warn(`${told}\nnobody handles them: no weatherline is at work here`, 'weatherline up');
  if (behind.every(({ waitedMs }) => waitedMs < LONG_MS)) {
    const fix = 'look again in a minute; if it does not shrink, is that function running, and what does it log?';
    return warn(told, fix);
  }
  const fix =
    'weatherline lag --watch; if nothing moves: is that function running, is it ready (/readyz says why not)?';
  return warn(told, fix);
}

/** Longer than any handling: who is there has taken it by then, unless there is much before it. */
const LONG_MS = 10 * 60_000;

function toldOf({ group, count, waitedMs }: Behind): string {
  const wait = `${group}: ${count} ${count === 1 ? 'event waits' : 'events wait'}`;
  if (waitedMs < 60_000) return wait;
  const minutes = Math.floor(waitedMs / 60_000);
  const span = minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
  return `${wait}, ${count === 1 ? '' : 'the oldest '}for ${span}`;
}

async function behindOf(log: LogReader, { group, topic }: ChainGroup, now: Date): Promise<Behind | undefined> {
  const partitions = await log.lag(group, topic);
  const count = sumOf(partitions);
  if (count === 0) return undefined;
  const offsets = new Map(
    partitions.filter(({ lag }) => lag > 0).map(({ partition, end, lag }) => [partition, end - lag]),
  );
  const unseen = new Set(offsets.keys());
  let oldest = now.getTime();
  for await (const { partition, timestamp } of log.read(topic, { offsets })) {
    if (unseen.delete(partition)) oldest = Math.min(oldest, timestamp);
    if (unseen.size === 0) break;
  }
  return { group, count, waitedMs: now.getTime() - oldest };
}
