import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { askAws, scopeHeader, startAwsStandIn, type AwsStandIn } from '@weatherline/testkit/aws';
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
  const plan = await planned(workspace, folder, { init: [], plan: args });
  return { world: worldOf(plan, name), secrets: secretsOfState(plan) };
}

/** The zone is global's work; the keys of the region that takes over are prod's. */
async function before(standIn: AwsStandIn, values: Tree): Promise<void> {
  const zone = textAt(values, 'edge', 'zone_name');
  if (zone !== '') await makeZone(standIn, zone);
  if (values['dr_mode'] === undefined) return;
  for (const store of ['products', 'vault', 'vault-snapshots']) {
    const made = await askKeys(standIn, 'CreateKey', {});
    const id = textAt(made, 'KeyMetadata', 'KeyId');
    await askKeys(standIn, 'CreateAlias', { AliasName: `alias/weatherline-dr-${store}`, TargetKeyId: id });
  }
}

async function askKeys(standIn: AwsStandIn, operation: string, body: Record<string, string>): Promise<unknown> {
  const call = { service: 'kms', region: 'us-west-2', target: `TrentService.${operation}`, body };
  const { status, text, json } = await askAws(standIn.url, call);
  if (status !== 200) throw new Error(`kms ${operation}: ${status} ${text}`);
  return json;
}

async function makeZone(standIn: AwsStandIn, zone: string): Promise<void> {
  const schema = 'https://route53.amazonaws.com/doc/2013-04-01/';
  const named = `<Name>${zone}.</Name><CallerReference>1</CallerReference>`;
  const response = await fetch(`${standIn.url}/2013-04-01/hostedzone`, {
    method: 'POST',
    headers: { authorization: scopeHeader('route53'), 'content-type': 'application/xml' },
    body: `<CreateHostedZoneRequest xmlns="${schema}">${named}</CreateHostedZoneRequest>`,
  });
  if (response.status !== 201) throw new Error(`route53: ${response.status} ${await response.text()}`);
}
