import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { askAws, startAwsStandIn } from '@weatherline/testkit/aws';
import test from 'ava';
import { infraGate } from './support/gate.ts';
import { findTerraform, MIRROR_VARIABLE } from './support/terraform-tool.ts';
import { Terraform, TerraformError } from './support/terraform.ts';

const ROOT = fileURLToPath(new URL('support/small-root', import.meta.url));
const APPLY_WITHIN_MS = 600_000;
const gate = infraGate();
const WHOLE_LIFE = 'a root applies, is planned again empty, shows a drift made by hand, and leaves nothing';
const AT_ONCE = 'a root that asks for what nobody answers fails at once, by its name';

if (gate.reason !== undefined) {
  for (const title of [WHOLE_LIFE, AT_ONCE]) test.skip(`${title} (skipped: ${gate.reason})`, (t) => t.fail());
} else {
  const { tool } = gate;
  test.serial(WHOLE_LIFE, async (t) => {
    t.timeout(APPLY_WITHIN_MS);
    await using standIn = await startAwsStandIn();
    const { environment } = standIn;
    await using terraform = new Terraform({ tool, root: ROOT, environment, variables: { bucket: 'small-products' } });
    await terraform.init();
    await terraform.apply();
    t.deepEqual(await terraform.outputs(), { bucket_arn: 'arn:aws:s3:::small-products' });
    t.is((await terraform.resources()).length, 6);
    t.deepEqual(await terraform.plan(), {});

    const path = '/small-products?versioning';
    const body = '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>';
    t.is((await askAws(standIn.url, { service: 's3', method: 'PUT', path, body })).status, 200);
    t.deepEqual(await terraform.plan(), { 'aws_s3_bucket_versioning.this': ['update'] });

    await terraform.destroy();
    t.deepEqual(await terraform.resources(), []);
    t.is((await askAws(standIn.url, { service: 's3', method: 'GET', path: '/small-products' })).code, 'NoSuchBucket');
    t.deepEqual(standIn.unanswered, []);
  });

  test.serial(AT_ONCE, async (t) => {
    t.timeout(APPLY_WITHIN_MS);
    const folder = mkdtempSync(join(tmpdir(), 'weatherline-root-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const connection = '  name          = "any"\n  provider_type = "GitHub"\n';
    writeFileSync(join(folder, 'main.tf'), `resource "aws_codestarconnections_connection" "this" {\n${connection}}\n`);
    await using standIn = await startAwsStandIn();
    await using terraform = new Terraform({ tool, root: folder, environment: standIn.environment });
    await terraform.init();
    const since = performance.now();
    const error = await t.throwsAsync(terraform.apply(), { instanceOf: TerraformError });
    t.regex(error?.message ?? '', /stand-in: codestar-connections CreateConnection is not implemented/);
    t.true(performance.now() - since < 60_000, 'it is not tried again and again');
  });
}

test('the mirror is where the environment says, else where the configuration of the shell does', (t) => {
  const base = mkdtempSync(join(tmpdir(), 'weatherline-mirror-'));
  t.teardown(() => rmSync(base, { recursive: true }));
  const folders = ['named', 'configured'].map((name) => join(base, name));
  for (const folder of folders) mkdirSync(join(folder, 'registry.terraform.io/hashicorp/aws'), { recursive: true });
  const [named = '', configured = ''] = folders;
  writeFileSync(join(base, 'terraform'), '#!/bin/sh\n', { mode: 0o755 });
  const file = join(base, 'rc');
  writeFileSync(file, `provider_installation {\n  filesystem_mirror {\n    path = "${configured}"\n  }\n}\n`);
  const env = { PATH: base, TF_CLI_CONFIG_FILE: file };
  const command = join(base, 'terraform');
  t.deepEqual(findTerraform({ ...env, [MIRROR_VARIABLE]: named }), { command, mirror: named });
  t.deepEqual(findTerraform(env), { command, mirror: configured });
  t.is(findTerraform({ ...env, PATH: '/nowhere' }), 'neither tofu nor terraform is installed');
});

test('a plan names what would change, outputs among it, and not what is only read again', async (t) => {
  const base = mkdtempSync(join(tmpdir(), 'weatherline-plan-'));
  t.teardown(() => rmSync(base, { recursive: true }));
  const change = (action: string) => ({ change: { actions: [action] } });
  const shown = {
    resource_changes: [
      { address: 'aws_vpc.this', ...change('no-op') },
      { address: 'data.aws_eks_cluster_versions.this', ...change('read') },
      { address: 'aws_sqs_queue.this', ...change('update') },
    ],
    output_changes: { same: { actions: ['no-op'] }, other: { actions: ['update'] } },
  };
  const command = join(base, 'terraform');
  const script = `#!/bin/sh\n[ "$1" = plan ] && exit 2\ncat <<'END'\n${JSON.stringify(shown)}\nEND\n`;
  writeFileSync(command, script, { mode: 0o755 });
  await using terraform = new Terraform({ tool: { command, mirror: base }, root: ROOT, environment: {} });
  t.deepEqual(await terraform.plan(), { 'aws_sqs_queue.this': ['update'], 'output.other': ['update'] });
});
