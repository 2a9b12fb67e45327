import { copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TerraformResult } from '../support/run-terraform.ts';
import { Terraform } from '../support/terraform.ts';
import type { TerraformTool } from '../support/terraform-tool.ts';

const ROOT = fileURLToPath(new URL('lock-root', import.meta.url));
const APPLY = ['apply', '-auto-approve', '-no-color'] as const;

export type LockedRootOptions = {
  readonly tool: TerraformTool;
  readonly environment: Readonly<Record<string, string>>;
  /** The file with the backend that is to be tried. */
  readonly backendFile: string;
  /** What that file leaves to `init`. */
  readonly backend: Readonly<Record<string, string>>;
};

/** One state, two working copies, and a door that keeps an apply going until it is opened. */
export class LockedRoot implements AsyncDisposable {
  readonly ours: Terraform;
  readonly theirs: Terraform;
  readonly #folder = mkdtempSync(join(tmpdir(), 'weatherline-lock-'));

  constructor({ tool, environment, backendFile, backend }: LockedRootOptions) {
    const root = join(this.#folder, 'root');
    cpSync(ROOT, root, { recursive: true });
    copyFileSync(backendFile, join(root, 'backend.tf'));
    const options = { tool, root, environment, backend, variables: { folder: this.#folder } };
    this.ours = new Terraform(options);
    this.theirs = new Terraform(options);
  }

  /** Begins an apply, which holds the lock from when this is done; `ended` is how it ends. */
  async hold(...args: readonly string[]): Promise<{ readonly ended: Promise<TerraformResult>; readonly pid: number }> {
    rmSync(join(this.#folder, 'door'), { force: true });
    rmSync(this.#holder, { force: true });
    let result: TerraformResult | undefined;
    const ended = this.apply(this.ours, ...args);
    void ended.then((known) => (result = known));
    while (!existsSync(this.#holder) || readFileSync(this.#holder, 'utf8') === '') {
      if (result !== undefined) throw new Error(`the apply ended before it held anything\n${result.stderr}`);
      await delay(100);
    }
    return { ended, pid: Number(readFileSync(this.#holder, 'utf8')) };
  }

  open(): void {
    writeFileSync(join(this.#folder, 'door'), '');
  }

  async apply(copy: Terraform, ...args: readonly string[]): Promise<TerraformResult> {
    return copy.run([...APPLY, `-var=folder=${this.#folder}`, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.open();
    await this.ours[Symbol.asyncDispose]();
    await this.theirs[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #holder(): string {
    return join(this.#folder, 'holder');
  }
}
