import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TerraformTool } from './terraform-tool.ts';

/** How a command ended. `output` is all that it said, in the order in which it said it. */
export type TerraformResult = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly output: string;
};

export type Place = { readonly cwd: string; readonly env: Readonly<Record<string, string>> };

export async function runTerraform(
  { command }: TerraformTool,
  args: readonly string[],
  place: Place,
): Promise<TerraformResult> {
  const { promise, resolve, reject } = Promise.withResolvers<TerraformResult>();
  const child = spawn(command, args, { ...place, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '', output: '' };
  const take = (stream: 'stdout' | 'stderr', text: string): void => {
    said[stream] += text;
    said.output += text;
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => take('stdout', text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => take('stderr', text));
  child.on('error', reject);
  child.on('close', (code, signal) => {
    if (signal !== null) take('stderr', `\nit was ended by ${signal}\n`);
    resolve({ code: code ?? 128, ...said });
  });
  return promise;
}

/**
 * What a command needs around it: a configuration of our own, for the shell's may name a mirror that is not there, or the
 * network; and nothing else of the shell's. Profiles and keys of whoever runs this are out of reach.
 */
export function terraformEnvironment(base: string, { mirror }: TerraformTool): Readonly<Record<string, string>> {
  const file = join(base, 'terraformrc');
  const include = '    include = ["registry.terraform.io/*/*"]';
  const from = `  filesystem_mirror {\n    path    = ${JSON.stringify(mirror)}\n${include}\n  }`;
  writeFileSync(file, `provider_installation {\n${from}\n}\ndisable_checkpoint = true\n`);
  const { PATH = '', TMPDIR = tmpdir() } = process.env;
  return {
    PATH,
    TMPDIR,
    HOME: base,
    TF_CLI_CONFIG_FILE: file,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
  };
}

/** What commands leave behind. */
const LEFTOVERS = /^(\.terraform|backend_override\.tf|.*\.tfstate(\..*)?|.*\.tfplan)$/;

/** Copies HCL as it was written. */
export function copyHcl(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, filter: (path) => !LEFTOVERS.test(basename(path)) });
}
