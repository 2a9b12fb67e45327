import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askAws, startAwsStandIn, type AwsStandIn } from '@weatherline/testkit/aws';
import type { TerraformTool } from '../support/terraform-tool.ts';
import { worldOf, type World } from './facts.ts';
import { parseHcl } from './hcl.ts';
import { planned } from './plan.ts';
import { secretsOfState } from './state-secrets.ts';
import { textAt, type Tree } from './tree.ts';
import { INFRA, Workspace } from './workspace.ts';

export const ENVIRONMENTS: readonly string[] = globSync('environments/*/terraform.tfvars', { cwd: INFRA })
  .map((path) => path.split('/')[1] ?? '')
  .toSorted();

export type PlannedEnvironment = { readonly world: World; readonly secrets: readonly string[] };

/** Plans an environment by its own values, in an account that has what is made before it. */
export async function planEnvironment(tool: TerraformTool, name: string): Promise<PlannedEnvironment> {
  const folder = `environments/${name}`;
  const values = (await parseHcl('terraform.tfvars', readFileSync(join(INFRA, folder, 'terraform.tfvars'), 'utf8')))
    .body;
  await using standIn = await startAwsStandIn({ account: textAt(values, 'account_id') });
  await before(standIn, values);
  using workspace = new Workspace(tool, standIn.environment);
  workspace.write(`${folder}/backend_override.tf`, 'terraform {\n  backend "local" {}\n}\n');
  // The region that takes over runs nothing until it does: asked is what it runs then.
  const args = values['dr_mode'] === undefined ? [] : ['-var=dr_mode=pilot_light'];
  const plan = await planned(workspace, folder, args);
  return { world: worldOf(plan, name), secrets: secretsOfState(plan) };
}

/** The zone is global's work; the keys of the region that takes over are prod's. */
async function before(standIn: AwsStandIn, values: Tree): Promise<void> {
  const zone = textAt(values, 'edge', 'zone_name');
  if (zone !== '') {
    const body = `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Name>${zone}.</Name><CallerReference>1</CallerReference></CreateHostedZoneRequest>`;
    await must(standIn, { service: 'route53', path: '/2013-04-01/hostedzone', body });
  }
  if (values['dr_mode'] === undefined) return;
  for (const store of ['products', 'vault', 'vault-snapshots']) {
    const kms = { service: 'kms', region: 'us-west-2' };
    const made = await must(standIn, { ...kms, target: 'TrentService.CreateKey', body: {} });
    const alias = {
      AliasName: `alias/weatherline-dr-${store}`,
      TargetKeyId: textAt(made.json, 'KeyMetadata', 'KeyId'),
    };
    await must(standIn, { ...kms, target: 'TrentService.CreateAlias', body: alias });
  }
}

async function must(standIn: AwsStandIn, asked: Parameters<typeof askAws>[1]): ReturnType<typeof askAws> {
  const answered = await askAws(standIn.url, asked);
  if (answered.status >= 300) throw new Error(`${asked.service}: ${answered.status} ${answered.text}`);
  return answered;
}
