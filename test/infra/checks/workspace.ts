import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyHcl, runTerraform, terraformEnvironment, type TerraformResult } from '../support/run-terraform.ts';
import type { TerraformTool } from '../support/terraform-tool.ts';

export const INFRA = fileURLToPath(new URL('../../../infra', import.meta.url));

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
    copyHcl(INFRA, this.folder);
    this.#env = { ...terraformEnvironment(this.#base, tool), AWS_EC2_METADATA_DISABLED: 'true', ...environment };
  }

  /** OpenTofu keeps other checksums than those that are committed (infra/README.md, Rules). */
  get keepsLocks(): boolean {
    return basename(this.#tool.command) === 'terraform';
  }

  /** Runs a command in a folder of the copy. */
  async run(path: string, args: readonly string[]): Promise<TerraformResult> {
    return runTerraform(this.#tool, args, { cwd: join(this.folder, path), env: this.#env });
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
