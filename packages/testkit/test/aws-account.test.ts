import test from 'ava';
import { awsTests } from '../src/aws/index.ts';

const aws = awsTests(test);

const rpc = (service: string, prefix: string) => (operation: string, body: Record<string, unknown>) => ({
  service,
  target: `${prefix}.${operation}`,
  body,
});

aws.test('GuardDuty: features that are set one after the other are all there', async (t, { ask, askMoto }) => {
  const { json } = await ask({ service: 'guardduty', path: '/detector', body: { enable: true } });
  const path = `/detector/${String(json['detectorId'])}`;
  for (const name of ['S3_DATA_EVENTS', 'EKS_AUDIT_LOGS'])
    await ask({ service: 'guardduty', path, body: { features: [{ name, status: 'ENABLED' }] } });
  const names = (body: unknown) => (body as { features: { name: string }[] }).features.map(({ name }) => name);
  const asked = { service: 'guardduty', method: 'GET', path };
  t.deepEqual(names((await askMoto(asked)).json), ['EKS_AUDIT_LOGS'], 'moto keeps the last');
  const { json: all } = await ask(asked);
  t.deepEqual(names(all), ['S3_DATA_EVENTS', 'EKS_AUDIT_LOGS']);
  t.regex(JSON.stringify(all), /"updatedAt":\d+/);
});

aws.test(
  'Backup: tags are found without a slash, selections are kept, a vault is empty',
  async (t, { ask, askMoto }) => {
    const vault = {
      service: 'backup',
      method: 'PUT',
      path: '/backup-vaults/main',
      body: { BackupVaultTags: { a: '1' } },
    };
    const { json } = await ask(vault);
    const tags = {
      service: 'backup',
      method: 'GET',
      path: `/tags/${encodeURIComponent(String(json['BackupVaultArn']))}`,
    };
    t.not((await askMoto(tags)).json['Tags'], { a: '1' });
    t.deepEqual((await ask(tags)).json, { Tags: { a: '1' } });
    const points = { service: 'backup', method: 'GET', path: '/backup-vaults/main/recovery-points' };
    t.true((await askMoto(points)).status >= 400, 'moto has no recovery points');
    t.deepEqual((await ask(points)).json, { RecoveryPoints: [] });

    const path = '/backup/plans/plan-1/selections';
    const body = { BackupSelection: { SelectionName: 'all', IamRoleArn: 'arn:aws:iam::123456789012:role/backup' } };
    t.true((await askMoto({ service: 'backup', method: 'PUT', path, body })).status >= 400, 'moto has no selections');
    const { json: made } = await ask({ service: 'backup', method: 'PUT', path: `${path}/`, body });
    const one = { service: 'backup', path: `${path}/${String(made['SelectionId'])}` };
    t.like((await ask({ ...one, method: 'GET' })).json, body);
    t.is((await ask({ ...one, method: 'DELETE' })).status, 200);
    t.is((await ask({ ...one, method: 'GET' })).status, 404);
  },
);

aws.test('Budgets: who is told is kept, and so are tags', async (t, { ask, askMoto }) => {
  const budgets = rpc('budgets', 'AWSBudgetServiceGateway');
  const AccountId = '123456789012';
  const Budget = {
    BudgetName: 'month',
    BudgetType: 'COST',
    TimeUnit: 'MONTHLY',
    BudgetLimit: { Amount: '1', Unit: 'USD' },
  };
  const Notification = { NotificationType: 'ACTUAL', ComparisonOperator: 'GREATER_THAN', Threshold: 80 };
  const Subscribers = [{ SubscriptionType: 'EMAIL', Address: 'ops@example.org' }];
  const ResourceTags = [{ Key: 'a', Value: '1' }];
  await ask(budgets('CreateBudget', { AccountId, Budget, ResourceTags }));
  await ask(budgets('CreateNotification', { AccountId, BudgetName: 'month', Notification, Subscribers }));
  const whom = budgets('DescribeSubscribersForNotification', {
    AccountId,
    BudgetName: 'month',
    Notification: { ...Notification, ThresholdType: 'PERCENTAGE' },
  });
  t.true((await askMoto(whom)).status >= 500, 'moto does not know whom');
  t.deepEqual((await ask(whom)).json, { Subscribers });
  const tags = budgets('ListTagsForResource', { ResourceARN: `arn:aws:budgets::${AccountId}:budget/month` });
  t.true((await askMoto(tags)).status >= 500);
  t.deepEqual((await ask(tags)).json, { ResourceTags });
});

aws.test('CloudTrail: a trail is started and stopped by its ARN', async (t, { ask, askMoto }) => {
  const trail = rpc('cloudtrail', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101');
  await ask({ service: 's3', method: 'PUT', path: '/trail-logs' });
  const { json } = await ask(trail('CreateTrail', { Name: 'main', S3BucketName: 'trail-logs' }));
  const Name = json['TrailARN'];
  t.true((await askMoto(trail('StartLogging', { Name }))).status >= 400, 'moto knows its name alone');
  t.is((await ask(trail('StartLogging', { Name }))).status, 200);
  t.like((await ask(trail('GetTrailStatus', { Name: 'main' }))).json, { IsLogging: true });
  t.is((await ask(trail('StopLogging', { Name }))).status, 200);
  t.like((await ask(trail('GetTrailStatus', { Name: 'main' }))).json, { IsLogging: false });
});

aws.test('ECR: pull-through cache rules are kept', async (t, { ask, askMoto }) => {
  const ecr = rpc('ecr', 'AmazonEC2ContainerRegistry_V20150921');
  const rule = { ecrRepositoryPrefix: 'quay', upstreamRegistryUrl: 'quay.io' };
  t.true((await askMoto(ecr('CreatePullThroughCacheRule', rule))).status >= 500, 'moto has none');
  await ask(ecr('CreatePullThroughCacheRule', rule));
  const asked = ecr('DescribePullThroughCacheRules', { ecrRepositoryPrefixes: ['quay'] });
  t.like((await ask(asked)).json, { pullThroughCacheRules: [rule] });
  t.is((await ask(ecr('DeletePullThroughCacheRule', { ecrRepositoryPrefix: 'quay' }))).status, 200);
  t.is((await ask(asked)).code, 'PullThroughCacheRuleNotFoundException');
});

aws.test('ECR: settings of the account are kept', async (t, { ask, askMoto }) => {
  const ecr = rpc('ecr', 'AmazonEC2ContainerRegistry_V20150921');
  const setting = { name: 'REGISTRY_POLICY_SCOPE', value: 'V2' };
  t.true((await askMoto(ecr('PutAccountSetting', setting))).status >= 500, 'moto has none');
  t.deepEqual((await ask(ecr('PutAccountSetting', setting))).json, setting);
  t.deepEqual((await ask(ecr('GetAccountSetting', { name: setting.name }))).json, setting);
  t.like((await ask(ecr('GetAccountSetting', { name: 'BASIC_SCAN_TYPE_VERSION' }))).json, { value: 'AWS_NATIVE' });
});

aws.test('Access Analyzer: analyzers are kept', async (t, { ask, askMoto }) => {
  const body = { analyzerName: 'account', type: 'ACCOUNT' };
  const made = { service: 'access-analyzer', method: 'PUT', path: '/analyzer', body };
  t.true((await askMoto(made)).status >= 400, 'moto has none');
  const { json } = await ask(made);
  const one = { service: 'access-analyzer', path: '/analyzer/account' };
  t.like((await ask({ ...one, method: 'GET' })).json, { analyzer: { arn: json['arn'], status: 'ACTIVE' } });
  t.is((await ask({ ...one, method: 'DELETE' })).status, 200);
  t.is((await ask({ ...one, method: 'GET' })).code, 'ResourceNotFoundException');
});

for (const [name, arn] of [
  ['AnomalyMonitor', 'MonitorArn'],
  ['AnomalySubscription', 'SubscriptionArn'],
] as const) {
  aws.test(`Cost Explorer: an ${name} and its tags are kept`, async (t, { ask, askMoto }) => {
    const ce = rpc('ce', 'AWSInsightsIndexService');
    const made = ce(`Create${name}`, { [name]: { MonitorName: 'all' }, ResourceTags: [{ Key: 'a', Value: '1' }] });
    t.true((await askMoto(made)).status >= 500, 'moto has none');
    const { json } = await ask(made);
    const id = json[arn];
    t.like((await ask(ce(`Get${name}s`, { [`${arn}List`]: [id] }))).json, { [`${name}s`]: [{ [arn]: id }] });
    t.deepEqual((await ask(ce('ListTagsForResource', { ResourceArn: id }))).json, {
      ResourceTags: [{ Key: 'a', Value: '1' }],
    });
    t.is((await ask(ce(`Delete${name}`, { [arn]: id }))).status, 200);
    t.deepEqual((await ask(ce(`Get${name}s`, { [`${arn}List`]: [id] }))).json, { [`${name}s`]: [] });
    t.regex((await ask(ce(`Delete${name}`, { [arn]: id }))).code, /^Unknown/);
  });
}
