import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Terraform } from '../support/terraform.ts';
import type { TerraformTool } from '../support/terraform-tool.ts';
import { infra, valueIn } from './repository.ts';

/** A root that has to be there first, and the part of it that is asked for. */
export type Before = {
  readonly root: string;
  /** Values beside terraform.tfvars, below the root. */
  readonly values?: string;
  readonly targets?: readonly string[];
};

export type Environment = {
  readonly name: string;
  readonly account: string;
  readonly before: readonly Before[];
  readonly variables: Readonly<Record<string, string>>;
};

const STORES = { root: 'prod', targets: ['module.stores', 'module.dr_stores'] };

type Given = Partial<Pick<Environment, 'before' | 'variables'>>;
/** In the order in which they are documented; each stands on the zone of its account. */
const GIVEN: Readonly<Record<string, Given>> = {
  dev: { before: [{ root: 'global', values: 'accounts/dev.tfvars' }] },
  staging: { before: [{ root: 'global', values: 'accounts/staging.tfvars' }] },
  prod: { before: [{ root: 'global' }] },
  // Its stores are prod's work. Cold there is nothing of it.
  dr: { before: [{ root: 'global' }, STORES], variables: { dr_mode: 'pilot_light' } },
  global: {},
};

export const ENVIRONMENTS = Object.keys(GIVEN);

export function environmentOf(name: string): Environment {
  const given = GIVEN[name];
  if (given === undefined) throw new RangeError(`no environment ${name}; there are ${ENVIRONMENTS.join(', ')}`);
  const account = valueIn(infra('environments', name, 'terraform.tfvars'), 'account_id');
  return { name, account, before: [], variables: {}, ...given };
}

export type RootOptions = {
  readonly tool: TerraformTool;
  readonly environment: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
};

/** A copy of the root with its modules, as it is but for where its state is. */
export function openRoot(name: string, options: RootOptions): Terraform {
  const beside = { '../../modules': infra('modules') };
  const terraform = new Terraform({ root: infra('environments', name), beside, ...options });
  // The key that it asks for is that of the bucket of states; here the state is a file that is thrown away.
  rmSync(join(terraform.folder, 'encryption.tofu'), { force: true });
  return terraform;
}

export async function applyBefore({ root, values, targets = [] }: Before, terraform: Terraform): Promise<void> {
  if (values !== undefined) cpSync(infra('environments', root, values), join(terraform.folder, 'account.auto.tfvars'));
  await terraform.init();
  await terraform.must(['apply', '-auto-approve', '-no-color', ...targets.map((target) => `-target=${target}`)]);
}
