import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { ROOT } from './workflow.ts';

export type Ran = {
  readonly code: number | null;
  readonly text: string;
  /** What the stand-ins were called with, a line each. */
  readonly calls: readonly string[];
  /** What the job would hand on. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
};

/** A runner's folders, and programs that stand in for those that a runner has. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'weatherline-pipeline-'));
  readonly temp = join(this.folder, 'temp');

  constructor(t: ExecutionContext) {
    t.teardown(() => rmSync(this.folder, { recursive: true, force: true }));
    for (const folder of ['bin', 'temp']) mkdirSync(join(this.folder, folder));
  }

  /** `body` is bash; every call is written down first. */
  program(name: string, body = ''): this {
    const file = join(this.folder, 'bin', name);
    writeFileSync(file, `#!/usr/bin/env bash\necho "${name} $*" >>"${this.folder}/calls"\n${body}\n`);
    chmodSync(file, 0o755);
    return this;
  }

  /** Writes below the runner's RUNNER_TEMP. */
  write(name: string, text: string): string {
    const file = join(this.temp, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  run(args: readonly string[], more: { readonly cwd?: string; readonly input?: string } = {}): Ran {
    for (const name of ['outputs', 'summary', 'calls']) rmSync(join(this.folder, name), { force: true });
    const { status, stdout, stderr } = spawnSync('bash', [...args], {
      cwd: more.cwd ?? ROOT,
      input: more.input ?? '',
      encoding: 'utf8',
      env: {
        PATH: `${this.folder}/bin:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        HOME: this.folder,
        RUNNER_TEMP: this.temp,
        GITHUB_OUTPUT: join(this.folder, 'outputs'),
        GITHUB_STEP_SUMMARY: join(this.folder, 'summary'),
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'owner/weather.line',
        GITHUB_SHA: 'c'.repeat(40),
        GITHUB_RUN_ID: '7',
        GITHUB_RUN_ATTEMPT: '1',
      },
    });
    const outputs = this.#read('outputs').map((line): [string, string] => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    });
    return {
      code: status,
      text: `${stdout}${stderr}`,
      calls: this.#read('calls'),
      outputs: Object.fromEntries(outputs),
      summary: this.#read('summary').join('\n'),
    };
  }

  #read(name: string): string[] {
    const file = join(this.folder, name);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  }
}

export const script = (name: string): string => `${ROOT}.github/scripts/${name}`;

type Define = (title: string, run: (t: ExecutionContext) => void) => void;

/** Defines tests that run a script; its programs (bash 5, GNU's tools) are those of GitHub's runners. */
export function forRunners(test: Define, skip: Define): Define {
  if (process.platform === 'linux') return test;
  return (title, run) => skip(`${title} (skipped: the scripts are written for Linux)`, run);
}
