import type { S3Client } from '@aws-sdk/client-s3';
import { startAwsStandIn, type AwsStandIn } from '@weatherline/testkit/aws';
import * as v from 'valibot';
import { worldOf, type Resource } from '../checks/facts.ts';
import type { TerraformTool } from '../support/terraform-tool.ts';
import type { Terraform } from '../support/terraform.ts';
import { applyBefore, openRoot, type Environment } from './environments.ts';
import { listAccount, type AccountListing } from './listing.ts';
import { s3Admin } from './s3-admin.ts';

const Outputs = v.object({
  cluster_config: v.optional(v.record(v.string(), v.string())),
  roles: v.optional(v.record(v.string(), v.string())),
});

/** What programs are told of an environment. */
export type Told = {
  readonly bucket: string;
  readonly region: string;
  readonly roles: Readonly<Record<string, string>>;
};

/** One environment in an account of its own, from before it is applied until it is gone. */
export class Life implements AsyncDisposable {
  readonly environment: Environment;
  readonly standIn: AwsStandIn;
  readonly terraform: Terraform;
  readonly #tool: TerraformTool;
  readonly #open = new AsyncDisposableStack();
  #resources: readonly Resource[] = [];
  #shown: unknown;
  #told: Told | undefined;
  #before: AccountListing = {};

  private constructor(environment: Environment, tool: TerraformTool, standIn: AwsStandIn) {
    this.environment = environment;
    this.#tool = tool;
    this.standIn = this.#open.use(standIn);
    const { name, variables } = environment;
    this.terraform = this.#open.use(openRoot(name, { tool, environment: standIn.environment, variables }));
  }

  static async begin(environment: Environment, tool: TerraformTool): Promise<Life> {
    return new Life(environment, tool, await startAwsStandIn({ account: environment.account }));
  }

  /** What others have made before, which stays. */
  async prepare(): Promise<void> {
    for (const before of this.environment.before) {
      await using terraform = openRoot(before.root, { tool: this.#tool, environment: this.standIn.environment });
      await applyBefore(before, terraform);
    }
    this.#before = await listAccount(this.standIn.url);
  }

  get before(): AccountListing {
    return this.#before;
  }

  async apply(): Promise<void> {
    await this.terraform.init();
    await this.terraform.apply();
    this.#shown = await this.terraform.show();
    this.#resources = worldOf(this.#shown, this.environment.name).resources;
    const { cluster_config: config, roles } = v.parse(Outputs, await this.terraform.outputs());
    if (config !== undefined && roles !== undefined)
      this.#told = { bucket: config['BUCKET'] ?? '', region: config['AWS_REGION'] ?? '', roles };
  }

  /** The state as it was after the apply, decoded. */
  get shown(): unknown {
    return this.#shown;
  }

  /** What is managed in it. */
  get resources(): readonly Resource[] {
    return this.#resources;
  }

  get told(): Told {
    if (this.#told === undefined) throw new Error(`${this.environment.name} tells programs nothing`);
    return this.#told;
  }

  /** S3 of that region, until the end. */
  s3(region: string): S3Client {
    return this.#open.adopt(s3Admin(this.standIn, region), (client) => client.destroy());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
  }
}
