import { spawn } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TerraformTool } from '../support/terraform-tool.ts';

export const INFRA = fileURLToPath(new URL('../../../infra', import.meta.url));

export type Ended = { readonly code: number; readonly output: string };

/** What commands leave behind. */
const LEFTOVERS = /^(\.terraform|backend_override\.tf|.*\.tfstate(\..*)?|.*\.tfplan)$/;

/** A copy of `infra/` in which commands may leave what they like: the tree itself stays clean, and nobody waits for it. */
export class Workspace implements Disposable {
  /** Where the copy of `infra/` stands. */
  readonly folder: string;
  readonly #base: string;
  readonly #tool: TerraformTool;
  readonly #env: Readonly<Record<string, string>>;

  /** `environment` says of whom AWS is asked; nothing of the shell's goes with it. */
  constructor(tool: TerraformTool, environment: Readonly<Record<string, string>> = {}) {
    this.#tool = tool;
    this.#base = mkdtempSync(join(tmpdir(), 'weatherline-infra-'));
    this.folder = join(this.#base, 'infra');
    cpSync(INFRA, this.folder, { recursive: true, filter: (path) => !LEFTOVERS.test(basename(path)) });
    this.#env = { ...settings(this.#base, tool), ...environment };
  }

  /** OpenTofu keeps other checksums than those that are committed (infra/README.md, Rules). */
  get keepsLocks(): boolean {
    return basename(this.#tool.command) === 'terraform';
  }

  /** Runs a command in a folder of the copy; what it says is one text, in the order in which it said it. */
  async run(path: string, args: readonly string[]): Promise<Ended> {
    const { promise, resolve, reject } = Promise.withResolvers<Ended>();
    const options = { cwd: join(this.folder, path), env: this.#env };
    const child = spawn(this.#tool.command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (text: string): void => void (output += text);
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 128, output: signal === null ? output : `${output}\nit was ended by ${signal}\n` }),
    );
    return promise;
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.#base, { recursive: true, force: true });
  }
}

/** A configuration of our own: the shell's may name a mirror that is not there, or the network. */
function settings(base: string, { mirror }: TerraformTool): Readonly<Record<string, string>> {
  const file = join(base, 'terraformrc');
  const include = '    include = ["registry.terraform.io/*/*"]';
  const from = `  filesystem_mirror {\n    path    = ${JSON.stringify(mirror)}\n${include}\n  }`;
  writeFileSync(file, `provider_installation {\n${from}\n}\ndisable_checkpoint = true\n`);
  const { PATH = '', TMPDIR = tmpdir() } = process.env;
  return {
    PATH,
    TMPDIR,
    // Profiles and keys of whoever runs this are out of reach.
    HOME: base,
    TF_CLI_CONFIG_FILE: file,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** What is checked by itself: `bootstrap`, every module, every environment. */
export type Target = { readonly path: string; readonly isRoot: boolean };

export function targets(): readonly Target[] {
  return ['bootstrap', 'environments/*', 'modules/*']
    .flatMap((pattern) => globSync(pattern, { cwd: INFRA }))
    .filter((path) => existsSync(join(INFRA, path, 'versions.tf')))
    .toSorted()
    .map((path) => ({ path, isRoot: !path.startsWith('modules/') }));
}

/** `dr` names the environment and the module: both are meant. */
export function targetsNamed(names: readonly string[]): readonly Target[] {
  if (names.length === 0) return targets();
  const chosen = (name: string): readonly Target[] =>
    targets().filter(({ path }) => path === name || basename(path) === name);
  const unknown = names.filter((name) => chosen(name).length === 0);
  if (unknown.length > 0) throw new Error(`infra has no ${unknown.join(', ')}`);
  return [...new Map(names.flatMap(chosen).map((target) => [target.path, target])).values()];
}
