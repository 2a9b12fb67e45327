import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import * as v from 'valibot';
import { ReplayPlanned, ReplayShown } from '../../cli/src/results/replay.ts';
import { startWeatherline, type Finished } from './process.ts';

/** An operator's shell in front of one installation. */
export type Shell = (args: readonly string[]) => Promise<Finished>;

export async function planned(shell: Shell, args: readonly string[]): Promise<ReplayPlanned> {
  const { code, stdout, stderr } = await shell(['replay', 'plan', ...args, '--json']);
  if (code !== 0) throw new Error(`replay plan ended with ${code}: ${stderr}`);
  return v.parse(ReplayPlanned, JSON.parse(stdout));
}

/** How a replay ended, and with which code. */
export async function ended(
  shell: Shell,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly shown: ReplayShown; readonly stderr: string }> {
  const { code, stdout, stderr } = await shell(['replay', ...args, '--json']);
  if (stdout === '') throw new Error(`replay ${args.join(' ')} ended with ${code}: ${stderr}`);
  return { code, shown: v.parse(ReplayShown, JSON.parse(stdout)), stderr };
}

export async function statusOf(shell: Shell, id: string): Promise<ReplayShown> {
  return (await ended(shell, ['status', id])).shown;
}

/** Starts a replay again and again, and kills it each time after it has got on; true = one has come to its end. */
export async function runAndKill(
  t: ExecutionContext,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  aliveMs: number,
): Promise<boolean> {
  const { child, closed, output } = startWeatherline(t, args, env);
  const begun = Date.now();
  // What it says first is that it has claimed the plan.
  while (!output().stderr.includes('%') && child.exitCode === null && Date.now() - begun < 30_000) await delay(10);
  await Promise.race([delay(aliveMs), closed]);
  child.kill('SIGKILL');
  return (await closed) === 0;
}

export type Memory = { readonly stop: () => readonly number[] };

/** Samples the resident memory of a process, in MiB. */
export function watchMemory(pid: number, everyMs = 250): Memory {
  const samples: number[] = [];
  const sampler = setInterval(() => {
    const ps = spawn('ps', ['-o', 'rss=', '-p', String(pid)]);
    ps.stdout.on('data', (chunk: Buffer) => samples.push(Number(chunk.toString().trim()) / 1024));
    ps.on('error', () => undefined);
  }, everyMs);
  return {
    stop: () => {
      clearInterval(sampler);
      return samples;
    },
  };
}
