import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TerraformTool } from '../support/terraform-tool.ts';
import { Terraform } from '../support/terraform.ts';
import { infra } from './repository.ts';

const LOCAL = 'terraform {\n  backend "local" {}\n}\n';

export type BootstrapOptions = {
  readonly tool: TerraformTool;
  readonly environment: Readonly<Record<string, string>>;
  readonly account: string;
  readonly region: string;
};

/** The root `bootstrap`, by the steps of its README. */
export class Bootstrap implements AsyncDisposable {
  readonly terraform: Terraform;
  readonly #backend: readonly string[];

  constructor({ tool, environment, account, region }: BootstrapOptions) {
    const variables = { account_id: account, region, repository: 'example/weatherline' };
    const beside = { '../modules': infra('modules') };
    this.terraform = new Terraform({ tool, root: infra('bootstrap'), beside, environment, variables });
    const backend = { bucket: `weatherline-tfstate-${account}`, region };
    this.#backend = Object.entries(backend).map(([name, text]) => `-backend-config=${name}=${text}`);
    // OpenTofu would ask the key that is yet to be made; the README sets the file aside, too.
    rmSync(join(this.terraform.folder, 'encryption.tofu'), { force: true });
  }

  /** Makes the bucket, with the state kept here. */
  async apply(): Promise<void> {
    await this.terraform.init();
    await this.terraform.apply();
  }

  /** The state moves into the bucket that it describes. */
  async moveIn(): Promise<void> {
    rmSync(this.#override);
    // Under its own name init would ask whether to copy it.
    renameSync(this.#state, this.#aside);
    await this.terraform.must(['init', '-no-color', '-reconfigure', ...this.#backend]);
    await this.terraform.must(['state', 'push', '-no-color', this.#aside]);
    rmSync(this.#aside);
  }

  /** The way back, before the bucket can go. */
  async moveOut(): Promise<void> {
    const { stdout } = await this.terraform.must(['state', 'pull']);
    writeFileSync(this.#override, LOCAL);
    await this.terraform.must(['init', '-no-color', '-reconfigure']);
    writeFileSync(this.#state, stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terraform[Symbol.asyncDispose]();
  }

  get #state(): string {
    return join(this.terraform.folder, 'terraform.tfstate');
  }

  get #aside(): string {
    return join(this.terraform.folder, 'plain.tfstate');
  }

  get #override(): string {
    return join(this.terraform.folder, 'backend_override.tf');
  }
}
