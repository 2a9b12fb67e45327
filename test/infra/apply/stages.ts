import assert from 'node:assert/strict';
import { TerraformError } from '../support/terraform.ts';
import { worldOf } from '../checks/facts.ts';
import { lineOf, problems } from '../checks/rule.ts';
import { RULES } from '../checks/rules/index.ts';
import { secretsOfState } from '../checks/state-secrets.ts';
import { bucketSettings } from './bucket-settings.ts';
import { declaredBuckets } from './declared-buckets.ts';
import { drift } from './drift.ts';
import type { Life } from './life.ts';
import { gained, listAccount, unseen } from './listing.ts';
import { compareOverlay } from './overlay.ts';
import { tryPermissions } from './permissions.ts';
import { emptyBucket } from './s3-admin.ts';
import { writeAndServe } from './use.ts';

export type Stage = {
  /** A sentence about the environment. */
  readonly title: string;
  /** Ends with a word on what it found, or fails. */
  readonly run: (life: Life) => Promise<string>;
  /** Without it there is nothing to look at. */
  readonly isGround?: boolean;
  /** Only where programs run, and have a store. */
  readonly needsStore?: boolean;
};

export const STAGES: readonly Stage[] = [
  { title: 'what it stands on is applied', run: prepare, isGround: true },
  { title: 'it applies, and the account lists what was made', run: apply, isGround: true },
  { title: 'a second plan is empty', run: planAgain },
  { title: 'no rule of the checklist is broken, and the state holds no secret', run: judge },
  { title: 'cluster config finds in its outputs what the overlay has', run: compareOverlay, needsStore: true },
  { title: 'upload writes and the gateway serves, each by its role and a token', run: writeAndServe, needsStore: true },
  { title: 'no role may do what is another’s', run: tryPermissions, needsStore: true },
  { title: 'every bucket is as declared, asked by the API', run: compareBuckets, needsStore: true },
  { title: 'what is changed by hand is found by the next plan, and nothing else', run: findDrift },
  { title: 'destroy leaves nothing in the state or in the account', run: destroy },
];

export function stagesOf({ environment }: Life): readonly Stage[] {
  return STAGES.filter(({ needsStore }) => needsStore !== true || environment.name !== 'global');
}

async function prepare(life: Life): Promise<string> {
  await life.prepare();
  assert.deepEqual(life.standIn.unanswered, []);
  const { before } = life.environment;
  return before.length === 0
    ? 'nothing'
    : before.map(({ root, targets }) => (targets ? `${root} in part` : root)).join(', ');
}

async function apply(life: Life): Promise<string> {
  await life.apply();
  assert.deepEqual(life.standIn.unanswered, []);
  const { resources } = life;
  const made = gained(life.before, await listAccount(life.standIn.url));
  assert.deepEqual(unseen(resources, made), []);
  return `${resources.length} resources, ${life.standIn.calls.length} calls`;
}

async function planAgain(life: Life): Promise<string> {
  assert.deepEqual(await life.terraform.plan(), {});
  return '';
}

/** After an apply every document is known, to its last ARN. */
async function judge({ environment, standIn, shown }: Life): Promise<string> {
  assert.deepEqual(problems(RULES, worldOf(shown, environment.name)).map(lineOf), []);
  const { AWS_SECRET_ACCESS_KEY: key = '' } = standIn.environment;
  assert.notEqual(key, '');
  assert.deepEqual(secretsOfState(shown, [key]), []);
  return `${RULES.length} rules`;
}

async function compareBuckets(life: Life): Promise<string> {
  const declared = declaredBuckets(life.resources);
  const { bucket: products, region } = life.told;
  const s3 = life.s3(region);
  for (const [bucket, settings] of declared) assert.deepEqual(await bucketSettings(s3, bucket), settings, bucket);
  const { versioning, encryption, ownership, lifecycle } = await bucketSettings(s3, products);
  assert.deepEqual([versioning, encryption.algorithm, ownership], ['Enabled', 'aws:kms', 'BucketOwnerEnforced']);
  assert(lifecycle.length > 0);
  return `${declared.size} buckets`;
}

async function findDrift(life: Life): Promise<string> {
  const expected = await drift(life);
  assert.deepEqual(await life.terraform.plan(), expected);
  return Object.keys(expected).join(', ');
}

/** A bucket that is not to be destroyed by force stops it while it holds a product; then a person has emptied it. */
async function destroy(life: Life): Promise<string> {
  const buckets = life.resources.filter(({ type }) => type === 'aws_s3_bucket');
  const kept = buckets.filter(({ values }) => values['force_destroy'] !== true);
  const refusing = kept.map(({ values }) => String(values['bucket'])).filter((bucket) => bucket === life.told.bucket);
  for (const bucket of refusing) await refuseToDestroy(life, bucket);
  await life.terraform.destroy();
  assert.deepEqual(await life.terraform.resources(), []);
  assert.deepEqual(gained(life.before, await listAccount(life.standIn.url)), {});
  assert.deepEqual(life.standIn.unanswered, []);
  return refusing.length === 0 ? '' : 'refused while there was a product, then done';
}

async function refuseToDestroy(life: Life, bucket: string): Promise<void> {
  await assert.rejects(life.terraform.destroy(), (error) => {
    assert(error instanceof TerraformError);
    assert.match(error.message, /BucketNotEmpty/);
    return true;
  });
  await emptyBucket(life.s3(life.told.region), bucket);
}
