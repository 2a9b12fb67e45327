import assert from 'node:assert/strict';
import { DeletePublicAccessBlockCommand, PutBucketTaggingCommand } from '@aws-sdk/client-s3';
import { askAws, scopeHeader } from '@weatherline/testkit/aws';
import type { PlannedChanges } from '../support/terraform.ts';
import type { Life } from './life.ts';
import type { Resource } from '../checks/facts.ts';

/** Changes things behind the HCL's back, and says what a plan is to find. */
export async function drift(life: Life): Promise<PlannedChanges> {
  const { resources } = life;
  return resources.some(({ type }) => type === 'aws_s3_bucket')
    ? storeDrift(life, resources)
    : zoneDrift(life, resources);
}

async function storeDrift(life: Life, resources: readonly Resource[]): Promise<PlannedChanges> {
  const { bucket: products, region, roles } = life.told;
  const buckets = resources.filter(({ type, values }) => type === 'aws_s3_bucket' && values['region'] === region);
  // That of products may be another root's work.
  const bucket = buckets.find(({ values }) => values['bucket'] === products) ?? buckets[0];
  assert(bucket !== undefined, 'a bucket of the region of the environment');
  const Bucket = String(bucket.values['bucket']);
  const s3 = life.s3(region);
  await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'project', Value: 'mine' }] } }));
  const block = resources.find(
    ({ type, values }) => type === 'aws_s3_bucket_public_access_block' && values['bucket'] === Bucket,
  );
  const role = roles['gateway']?.split('/').at(-1);
  const policy = resources.find(({ type, values }) => type === 'aws_iam_role_policy' && values['role'] === role);
  const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
  const form = {
    Action: 'PutRolePolicy',
    Version: '2010-05-08',
    RoleName: String(role),
    PolicyName: String(policy?.values['name']),
    PolicyDocument: JSON.stringify(everything),
  };
  assert.equal((await askAws(life.standIn.url, { service: 'iam', form })).status, 200);
  return {
    [bucket.address]: ['update'],
    [String(block?.address)]: ['create'],
    [String(policy?.address)]: ['update'],
  };
}

async function zoneDrift(life: Life, resources: readonly Resource[]): Promise<PlannedChanges> {
  const zone = resources.find(({ type }) => type === 'aws_route53_zone');
  assert(zone !== undefined, 'a zone');
  const url = `${life.standIn.url}/2013-04-01/hostedzone/${String(zone.values['zone_id'])}`;
  const headers = { authorization: scopeHeader('route53'), 'content-type': 'text/xml' };
  const body =
    '<UpdateHostedZoneCommentRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/">' +
    '<Comment>mine</Comment></UpdateHostedZoneCommentRequest>';
  assert.equal((await fetch(url, { method: 'POST', headers, body })).status, 200);
  return { [zone.address]: ['update'] };
}
