import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { askAws, startAwsStandIn, type AwsStandIn } from '@weatherline/testkit/aws';
import test from 'ava';
import { Bootstrap } from './apply/bootstrap.ts';
import { gatedTests } from './apply/gated.ts';
import { LockedRoot } from './apply/lock-holder.ts';
import { infra, valueIn } from './apply/repository.ts';
import { emptyBucket, s3Admin } from './apply/s3-admin.ts';
import { TerraformError } from './support/terraform.ts';
import type { TerraformTool } from './support/terraform-tool.ts';

const gated = gatedTests(test, 600_000);
const BACKEND = infra('environments/dev/backend.tf');
const ACCOUNT = valueIn(infra('environments/dev/terraform.tfvars'), 'account_id');
const [BUCKET, KEY, REGION] = ['bucket', 'key', 'region'].map((name) => valueIn(BACKEND, name));
const LOCK = `${KEY}.tflock`;

type Account = { readonly standIn: AwsStandIn; readonly bootstrap: Bootstrap; readonly s3: S3Client };
let account: Account;

async function open(tool: TerraformTool): Promise<Account> {
  const standIn = await startAwsStandIn({ account: ACCOUNT });
  const { environment } = standIn;
  const bootstrap = new Bootstrap({ tool, environment, account: ACCOUNT, region: REGION ?? '' });
  return { standIn, bootstrap, s3: s3Admin(standIn, REGION ?? '') };
}
test.after.always(async () => {
  account?.s3.destroy();
  await account?.bootstrap[Symbol.asyncDispose]();
  await account?.standIn[Symbol.asyncDispose]();
});

gated(
  'an account is prepared as the README of bootstrap says, and a plan from its own bucket is empty',
  async (t, tool) => {
    account = await open(tool);
    const { bootstrap, standIn, s3 } = account;
    await bootstrap.apply();
    t.like(await bootstrap.terraform.outputs(), { state_bucket: BUCKET });
    await bootstrap.moveIn();
    t.deepEqual(await bootstrap.terraform.plan(), {});
    const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'bootstrap.tfstate' }));
    const { state_key_arn: key } = await bootstrap.terraform.outputs();
    t.like(head, { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key });
    t.deepEqual(standIn.unanswered, []);
  },
);

gated('of two applies at once one is refused by name of the other, or waits for it if it may', async (t, tool) => {
  const { standIn, s3 } = account;
  await using root = lockedRoot(tool, standIn);
  await root.ours.init();
  await root.theirs.init();
  const first = await root.hold();

  const second = await root.apply(root.theirs);
  t.is(second.code, 1);
  t.regex(second.stderr, /Error acquiring the state lock/);
  t.regex(second.stderr, /StatusCode: 412.*PreconditionFailed/s);
  for (const line of [`Path: +${BUCKET}/${KEY}`, 'Operation: +OperationTypeApply', 'ID: +[0-9a-f-]{36}', 'Who: +\\S+@'])
    t.regex(second.stderr, new RegExp(line));

  const waiting = root.apply(root.theirs, '-lock-timeout=120s');
  root.open();
  t.is((await first.ended).code, 0);
  t.is((await waiting).code, 0, 'who waits comes next');
  t.deepEqual(await root.theirs.resources(), ['terraform_data.this'], 'and finds what the first has made');
  await t.throwsAsync(s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: LOCK })), { name: 'NotFound' });
});

gated('an apply that is killed leaves its lock, which its number clears', async (t, tool) => {
  const { standIn, s3 } = account;
  await using root = lockedRoot(tool, standIn);
  await root.ours.init();
  await root.theirs.init();
  const killed = await root.hold('-replace=terraform_data.this');
  process.kill(killed.pid, 'SIGKILL');
  t.regex((await killed.ended).stderr, /ended by SIGKILL/);
  t.is((await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: LOCK }))).$metadata.httpStatusCode, 200);

  const refused = await root.apply(root.theirs);
  t.is(refused.code, 1);
  const [, id = ''] = /ID: +([0-9a-f-]{36})/.exec(refused.stderr) ?? [];
  const other = await root.theirs.run(['force-unlock', '-force', '00000000-0000-4000-8000-000000000000']);
  t.not(other.code, 0, 'another number clears nothing');
  await root.theirs.must(['force-unlock', '-force', id]);
  await t.throwsAsync(s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: LOCK })), { name: 'NotFound' });
  root.open();
  t.is((await root.apply(root.theirs)).code, 0);
});

gated('the bucket of states is not destroyed while it holds any, and then leaves nothing', async (t) => {
  const { bootstrap, standIn, s3 } = account;
  await bootstrap.moveOut();
  const refused = await t.throwsAsync(bootstrap.terraform.destroy(), { instanceOf: TerraformError });
  t.regex(refused?.message ?? '', /BucketNotEmpty/);
  await emptyBucket(s3, BUCKET ?? '');
  await bootstrap.terraform.destroy();
  t.deepEqual(await bootstrap.terraform.resources(), []);
  t.is((await askAws(standIn.url, { service: 's3', method: 'GET', path: `/${BUCKET}` })).code, 'NoSuchBucket');
  t.deepEqual(standIn.unanswered, []);
});

function lockedRoot(tool: TerraformTool, { environment }: AwsStandIn): LockedRoot {
  return new LockedRoot({ tool, environment, backendFile: BACKEND, backend: {} });
}
