import test from 'ava';
import { awsTests } from '../src/aws/index.ts';

const aws = awsTests(test);

const kms = (operation: string, body: Record<string, unknown>, region = 'us-east-1') => ({
  service: 'kms',
  region,
  target: `TrentService.${operation}`,
  body,
});

aws.test('Fault injection: a template can be looked at, changed and removed', async (t, { ask, askMoto }) => {
  const body = {
    clientToken: 'any',
    description: 'a zone is lost',
    roleArn: 'arn:aws:iam::123456789012:role/fis',
    stopConditions: [{ source: 'none' }],
    actions: { stop: { actionId: 'aws:ec2:stop-instances', targets: { Instances: 'nodes' } } },
    targets: { nodes: { resourceType: 'aws:ec2:instance', selectionMode: 'ALL' } },
    tags: { a: '1' },
  };
  const made = { service: 'fis', path: '/experimentTemplates', body };
  const idOf = (json: unknown): string => (json as { experimentTemplate: { id: string } }).experimentTemplate.id;
  const atMoto = `/experimentTemplates/${idOf((await askMoto(made)).json)}`;
  t.true((await askMoto({ service: 'fis', method: 'GET', path: atMoto })).status >= 400, 'moto cannot show it');
  const { json } = await ask(made);
  const one = { service: 'fis', path: `/experimentTemplates/${idOf(json)}` };
  const { clientToken, ...kept } = body;
  t.like((await ask({ ...one, method: 'GET' })).json, { experimentTemplate: kept });
  await ask({ ...one, method: 'PATCH', body: { description: clientToken } });
  const { arn } = (json as { experimentTemplate: { arn: string } }).experimentTemplate;
  const tags = { service: 'fis', path: `/tags/${encodeURIComponent(arn)}` };
  await ask({ ...tags, body: { tags: { b: '2' } } });
  t.deepEqual((await ask({ ...tags, method: 'GET' })).json, { tags: { a: '1', b: '2' } });
  t.like((await ask({ ...one, method: 'GET' })).json, { experimentTemplate: { description: 'any' } });
  t.is((await ask({ ...one, method: 'DELETE' })).status, 200);
  t.is((await ask({ ...one, method: 'GET' })).status, 404);
});

aws.test('KMS: a key stays the primary one after its replica was looked at', async (t, { ask, askMoto }) => {
  const { json } = await ask(kms('CreateKey', { MultiRegion: true }));
  const { KeyId } = json['KeyMetadata'] as { KeyId: string };
  t.is((await ask(kms('ReplicateKey', { KeyId, ReplicaRegion: 'us-west-2' }))).status, 200);
  const as = (MultiRegionKeyType: string) => ({ KeyMetadata: { MultiRegionConfiguration: { MultiRegionKeyType } } });
  t.like((await ask(kms('DescribeKey', { KeyId }, 'us-west-2'))).json, as('REPLICA'));
  t.like((await askMoto(kms('DescribeKey', { KeyId }))).json, as('REPLICA'), 'moto shares one record');
  t.like((await ask(kms('DescribeKey', { KeyId }))).json, as('PRIMARY'));
});

aws.test('KMS: a replica has the description, policy and tags that it was given', async (t, { ask, askMoto }) => {
  const { json } = await ask(kms('CreateKey', { MultiRegion: true, Description: 'first' }));
  const { KeyId } = json['KeyMetadata'] as { KeyId: string };
  const Policy = '{"Version":"2012-10-17","Statement":[]}';
  const Tags = [{ TagKey: 'a', TagValue: '1' }];
  const sent = (ReplicaRegion: string) => kms('ReplicateKey', { KeyId, ReplicaRegion, Description: 'b', Policy, Tags });
  const tags = (region: string) => kms('ListResourceTags', { KeyId }, region);
  await askMoto(sent('eu-west-1'));
  t.deepEqual((await askMoto(tags('eu-west-1'))).json['Tags'], [], 'moto drops them');
  await ask(sent('us-west-2'));
  t.deepEqual((await ask(tags('us-west-2'))).json['Tags'], Tags);
  t.like((await ask(kms('DescribeKey', { KeyId }, 'us-west-2'))).json, { KeyMetadata: { Description: 'b' } });
  t.like((await ask(kms('GetKeyPolicy', { KeyId, PolicyName: 'default' }, 'us-west-2'))).json, { Policy });
  t.like((await ask(kms('DescribeKey', { KeyId }))).json, { KeyMetadata: { Description: 'first' } });
});

aws.test('Backup: the policy of a vault is kept', async (t, { ask, askMoto }) => {
  const path = '/backup-vaults/main/access-policy';
  const body = { Policy: '{"Version":"2012-10-17","Statement":[]}' };
  t.true((await askMoto({ service: 'backup', method: 'PUT', path, body })).status >= 400, 'moto has none');
  t.is((await ask({ service: 'backup', method: 'PUT', path, body })).status, 200);
  t.like((await ask({ service: 'backup', method: 'GET', path })).json, { ...body, BackupVaultName: 'main' });
  t.is((await ask({ service: 'backup', method: 'DELETE', path })).status, 200);
  t.is((await ask({ service: 'backup', method: 'GET', path })).code, 'ResourceNotFoundException');
});

aws.test('Cost Explorer: tags are counted by', async (t, { ask, askMoto }) => {
  const ce = (operation: string, body: Record<string, unknown>) => ({
    service: 'ce',
    target: `AWSInsightsIndexService.${operation}`,
    body,
  });
  const update = ce('UpdateCostAllocationTagsStatus', {
    CostAllocationTagsStatus: [{ TagKey: 'project', Status: 'Active' }],
  });
  t.true((await askMoto(update)).status >= 500, 'moto has none');
  t.deepEqual((await ask(update)).json, { Errors: [] });
  t.like((await ask(ce('ListCostAllocationTags', { TagKeys: ['project'] }))).json, {
    CostAllocationTags: [{ TagKey: 'project', Status: 'Active', Type: 'UserDefined' }],
  });
});
