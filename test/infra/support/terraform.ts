import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { copyHcl, runTerraform, terraformEnvironment, type TerraformResult } from './run-terraform.ts';
import type { TerraformTool } from './terraform-tool.ts';

export type TerraformOptions = {
  readonly tool: TerraformTool;
  /** The root module; it is copied and stays as it is. */
  readonly root: string;
  /** Folders that the root names from where it stands, such as `../../modules`: path from the root to its original. */
  readonly beside?: Readonly<Record<string, string>>;
  /** Of whom it asks AWS; nothing of the shell's environment goes with it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  /** Keeps the backend of the root, which is given these settings; else the state is a file beside the copy. */
  readonly backend?: Readonly<Record<string, string>>;
};

/** What a plan would change, by address: `aws_sqs_queue.this` → `['update']`, and `output.NAME` for outputs. */
export type PlannedChanges = Readonly<Record<string, readonly string[]>>;

/** A command that ended otherwise than it should. */
export class TerraformError extends Error {
  override readonly name = 'TerraformError';
  readonly result: TerraformResult;

  constructor(command: readonly string[], result: TerraformResult) {
    // The error stream holds the diagnostics, of which the first lines name the cause.
    super(`${command.join(' ')} ended with ${result.code}\n${result.stderr.trim() || result.stdout.trim()}`);
    this.result = result;
  }
}

/** A copy of a root module in a folder of its own, with everything that a command needs around it. */
export class Terraform implements AsyncDisposable {
  /** Where the copy stands. */
  readonly folder: string;
  readonly #base: string;
  readonly #options: TerraformOptions;
  readonly #env: Readonly<Record<string, string>>;

  constructor(options: TerraformOptions) {
    this.#options = options;
    this.#base = mkdtempSync(join(tmpdir(), 'weatherline-terraform-'));
    // Three levels down, so that what the root names above itself stays inside.
    this.folder = join(this.#base, 'infra', 'environments', basename(options.root));
    copyHcl(options.root, this.folder);
    for (const [path, original] of Object.entries(options.beside ?? {})) copyHcl(original, join(this.folder, path));
    if (options.backend === undefined)
      writeFileSync(join(this.folder, 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
    this.#env = { ...terraformEnvironment(this.#base, options.tool), ...options.environment };
  }

  async init(): Promise<void> {
    const backend = Object.entries(this.#options.backend ?? {}).map(
      ([name, text]) => `-backend-config=${name}=${text}`,
    );
    await this.must(['init', '-no-color', ...backend]);
  }

  async apply(): Promise<void> {
    await this.must(['apply', '-auto-approve', '-no-color', ...this.#variables]);
  }

  async destroy(): Promise<void> {
    await this.must(['destroy', '-auto-approve', '-no-color', ...this.#variables]);
  }

  /** What would change now; empty when the account is as declared, drift counted. */
  async plan(): Promise<PlannedChanges> {
    const file = join(this.#base, 'plan');
    const args = ['plan', '-detailed-exitcode', '-no-color', `-out=${file}`, ...this.#variables];
    const result = await this.run(args);
    if (result.code === 0) return {};
    if (result.code !== 2) throw this.#error(args, result);
    return changesOf(JSON.parse((await this.must(['show', '-json', file])).stdout));
  }

  /** The applied state, decoded. */
  async show(): Promise<unknown> {
    return JSON.parse((await this.must(['show', '-json'])).stdout);
  }

  /** Addresses of all that is managed. */
  async resources(): Promise<readonly string[]> {
    const { stdout } = await this.must(['state', 'list']);
    return stdout.split('\n').filter((line) => line !== '' && !/(^|\.)data\./.test(line));
  }

  /** Outputs by name. */
  async outputs(): Promise<Readonly<Record<string, unknown>>> {
    const all: Record<string, { value: unknown }> = JSON.parse((await this.must(['output', '-json'])).stdout);
    return Object.fromEntries(Object.entries(all).map(([name, { value }]) => [name, value]));
  }

  async must(args: readonly string[]): Promise<TerraformResult> {
    const result = await this.run(args);
    if (result.code !== 0) throw this.#error(args, result);
    return result;
  }

  /** Any command, however it ends. */
  async run(args: readonly string[]): Promise<TerraformResult> {
    return runTerraform(this.#options.tool, args, { cwd: this.folder, env: this.#env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#base, { recursive: true, force: true });
  }

  #error(args: readonly string[], result: TerraformResult): TerraformError {
    return new TerraformError([basename(this.#options.tool.command), ...args], result);
  }

  get #variables(): readonly string[] {
    return Object.entries(this.#options.variables ?? {}).flatMap(([name, text]) => ['-var', `${name}=${text}`]);
  }
}

type Change = { readonly actions: string[] };

type Plan = {
  readonly resource_changes?: readonly { readonly address: string; readonly change: Change }[];
  readonly output_changes?: Readonly<Record<string, Change>>;
};

/** What is only read again, as data of a check always is, changes nothing, though the command's exit code says so. */
function changesOf({ resource_changes = [], output_changes = {} }: Plan): PlannedChanges {
  const all = [
    ...resource_changes.map(({ address, change }): [string, string[]] => [address, change.actions]),
    ...Object.entries(output_changes).map(([name, { actions }]): [string, string[]] => [`output.${name}`, actions]),
  ];
  return Object.fromEntries(all.filter(([, actions]) => !['no-op', 'read'].includes(actions.join())));
}
