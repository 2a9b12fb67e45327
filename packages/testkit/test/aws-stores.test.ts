import test from 'ava';
import { awsTests, scopeHeader, type Ask } from '../src/aws/index.ts';

const aws = awsTests(test);
const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

async function makeBucket(ask: Ask, name: string): Promise<void> {
  await ask({ service: 's3', method: 'PUT', path: `/${name}` });
  const versioning = `<VersioningConfiguration ${XMLNS}><Status>Enabled</Status></VersioningConfiguration>`;
  await ask({ service: 's3', method: 'PUT', path: `/${name}?versioning`, body: versioning });
}

const put = (path: string, body: string) => ({ service: 's3', method: 'PUT', path, body });
const get = (path: string) => ({ service: 's3', method: 'GET', path });

aws.test('a bucket that wants TLS still takes objects, and shows its policy as it was sent', async (t, sides) => {
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'OnlyTls',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: 'arn:aws:s3:::made/*',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  });
  for (const [name, ask] of Object.entries({ plain: sides.askMoto, made: sides.ask })) {
    await makeBucket(ask, name);
    await ask(put(`/${name}?policy`, policy.replace('made', name)));
  }
  t.is((await sides.askMoto(put('/plain/key', 'a'))).status, 403, 'moto takes the condition for met');
  t.is((await sides.ask(put('/made/key', 'a'))).status, 200);
  t.is((await sides.ask(get('/made?policy'))).text, policy);
  t.is((await sides.ask({ service: 's3', method: 'DELETE', path: '/made?policy' })).status, 204);
  t.is((await sides.ask(get('/made?policy'))).code, 'NoSuchBucketPolicy');
});

aws.test('an unconditional statement is left to moto, and is obeyed', async (t, { ask }) => {
  await makeBucket(ask, 'made');
  const deny = { Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: 'arn:aws:s3:::made/*' };
  await ask(put('/made?policy', JSON.stringify({ Version: '2012-10-17', Statement: [deny] })));
  t.is((await ask(put('/made/key', 'a'))).status, 403);
});

aws.test('access logging is kept as sent, whatever the policy of its target says', async (t, { ask, askMoto }) => {
  await makeBucket(ask, 'logs');
  await makeBucket(ask, 'made');
  const open = { Effect: 'Allow', Principal: '*', Action: 's3:PutObject', Resource: 'arn:aws:s3:::logs/*' };
  await ask(put('/logs?policy', JSON.stringify({ Version: '2012-10-17', Statement: [open] })));
  const target = '<TargetBucket>logs</TargetBucket><TargetPrefix>made/</TargetPrefix>';
  const body = `<BucketLoggingStatus ${XMLNS}><LoggingEnabled>${target}</LoggingEnabled></BucketLoggingStatus>`;
  t.notRegex((await ask(get('/made?logging'))).text, /LoggingEnabled/);
  t.is((await askMoto(put('/made?logging', body))).status, 500, 'moto crashes');
  t.is((await ask(put('/made?logging', body))).status, 200);
  t.is((await ask(get('/made?logging'))).text, body);
});

aws.test('notifications to EventBridge are kept as sent', async (t, { ask, askMoto }) => {
  await makeBucket(ask, 'made');
  const inner = '<EventBridgeConfiguration></EventBridgeConfiguration>';
  const body = `<NotificationConfiguration ${XMLNS}>${inner}</NotificationConfiguration>`;
  await askMoto(put('/made?notification', body));
  t.notRegex((await askMoto(get('/made?notification'))).text, /EventBridge/, 'moto loses them');
  t.notRegex((await ask(get('/made?notification'))).text, /EventBridge/);
  await ask(put('/made?notification', body));
  t.is((await ask(get('/made?notification'))).text, body);
});

aws.test('replication keeps every part of a rule, and moto still judges it', async (t, { ask, askMoto }) => {
  await ask({ service: 's3', method: 'PUT', path: '/made' });
  const rule = [
    '<ID>all</ID><Status>Enabled</Status><Priority>1</Priority><Filter><Prefix></Prefix></Filter>',
    '<DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication>',
    '<Destination><Bucket>arn:aws:s3:::copy</Bucket></Destination>',
  ].join('');
  const role = '<Role>arn:aws:iam::123456789012:role/replication</Role>';
  const body = `<ReplicationConfiguration ${XMLNS}>${role}<Rule>${rule}</Rule></ReplicationConfiguration>`;
  t.is((await ask(put('/made?replication', body))).status, 400, 'the bucket is not versioned');
  t.is((await ask(get('/made?replication'))).code, 'ReplicationConfigurationNotFoundError');
  await makeBucket(ask, 'made');
  t.is((await ask(put('/made?replication', body))).status, 200);
  const { text } = await askMoto(get('/made?replication'));
  t.regex(text, /<DeleteMarkerReplication><Status>Disabled</, 'moto turns it off');
  t.is((await ask(get('/made?replication'))).text, body);
  await ask({ service: 's3', method: 'DELETE', path: '/made?replication' });
  t.is((await ask(get('/made?replication'))).status, 404);
});

aws.test('the lifecycle is kept as sent, and from which size on objects move', async (t, { ask, askMoto, standIn }) => {
  await makeBucket(ask, 'made');
  const expiry = '<NoncurrentDays>30</NoncurrentDays><NewerNoncurrentVersions>5</NewerNoncurrentVersions>';
  const inner = `<NoncurrentVersionExpiration>${expiry}</NoncurrentVersionExpiration>`;
  const rule = `<Rule><ID>tidy</ID><Filter></Filter><Status>Enabled</Status>${inner}</Rule>`;
  const body = `<LifecycleConfiguration ${XMLNS}>${rule}</LifecycleConfiguration>`;
  t.is((await ask(get('/made?lifecycle'))).code, 'NoSuchLifecycleConfiguration');
  await askMoto(put('/made?lifecycle', body));
  t.notRegex((await askMoto(get('/made?lifecycle'))).text, /NewerNoncurrentVersions/, 'moto loses how many stay');
  const headers = { authorization: scopeHeader('s3') };
  const size = 'x-amz-transition-default-minimum-object-size';
  const url = `${standIn.url}/made?lifecycle`;
  const sent = await fetch(url, { method: 'PUT', headers: { ...headers, [size]: 'varies_by_storage_class' }, body });
  t.is(sent.headers.get(size), 'varies_by_storage_class');
  t.is((await fetch(url, { headers })).headers.get(size), 'varies_by_storage_class');
  t.is((await ask(get('/made?lifecycle'))).text, body);
  await ask(put('/made?lifecycle', body));
  t.is((await fetch(url, { headers })).headers.get(size), 'all_storage_classes_128K', 'what S3 takes by itself');
  t.is((await ask({ service: 's3', method: 'DELETE', path: '/made?lifecycle' })).status, 204);
  t.is((await ask(get('/made?lifecycle'))).code, 'NoSuchLifecycleConfiguration');
});

aws.test('configurations of intelligent tiering are kept as sent, each by its name', async (t, { ask, askMoto }) => {
  await makeBucket(ask, 'made');
  const body = (id: string): string => {
    const tier = '<Tiering><AccessTier>ARCHIVE_ACCESS</AccessTier><Days>125</Days></Tiering>';
    const inner = `<Id>${id}</Id><Status>Enabled</Status>${tier}`;
    return `<IntelligentTieringConfiguration ${XMLNS}>${inner}</IntelligentTieringConfiguration>`;
  };
  const path = (id: string): string => `/made?id=${id}&intelligent-tiering`;
  await askMoto(put(path('one'), body('one')));
  t.notRegex((await askMoto(get(path('one')))).text, /ARCHIVE_ACCESS/, 'moto loses the tiers');
  t.is((await ask(get(path('one')))).code, 'NoSuchConfiguration');
  for (const id of ['one', 'two']) await ask(put(path(id), body(id)));
  t.is((await ask(get(path('one')))).text, body('one'));
  t.is((await ask({ service: 's3', method: 'DELETE', path: path('one') })).status, 204);
  t.is((await ask(get(path('one')))).status, 404);
  t.is((await ask(get(path('two')))).text, body('two'));
  await ask({ service: 's3', method: 'DELETE', path: '/made' });
  t.is((await ask(get(path('two')))).status, 404, 'they go with their bucket');
});

aws.test('that there is no inventory is said in the words of S3', async (t, { ask, askMoto }) => {
  await makeBucket(ask, 'made');
  const path = '/made?id=weekly&inventory';
  t.is((await askMoto(get(path))).code, 'NoSuchInventoryConfig');
  t.is((await ask(get(path))).code, 'NoSuchConfiguration');
  const body = `<InventoryConfiguration ${XMLNS}><Id>weekly</Id></InventoryConfiguration>`;
  await ask(put(path, body));
  t.is((await ask(get(path))).text, body);
});

aws.test('a bucket made anew has nothing of the one before', async (t, { ask }) => {
  await makeBucket(ask, 'made');
  const body = `<NotificationConfiguration ${XMLNS}><EventBridgeConfiguration/></NotificationConfiguration>`;
  await ask(put('/made?notification', body));
  t.is((await ask({ service: 's3', method: 'DELETE', path: '/made' })).status, 204);
  await makeBucket(ask, 'made');
  t.notRegex((await ask(get('/made?notification'))).text, /EventBridge/);
});

aws.test('the redrive policy of a queue is compact, as it was sent', async (t, { ask, askMoto }) => {
  const sqs = (operation: string, body: Record<string, unknown>) => ({
    service: 'sqs',
    target: `AmazonSQS.${operation}`,
    body,
  });
  await ask(sqs('CreateQueue', { QueueName: 'dead' }));
  const policy = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":4}';
  const { json } = await ask(sqs('CreateQueue', { QueueName: 'live', Attributes: { RedrivePolicy: policy } }));
  const asked = sqs('GetQueueAttributes', { QueueUrl: json['QueueUrl'], AttributeNames: ['All'] });
  const redrive = (body: unknown) => (body as { Attributes: Record<string, string> }).Attributes['RedrivePolicy'];
  t.not(redrive((await askMoto(asked)).json), policy, 'moto puts spaces in');
  t.is(redrive((await ask(asked)).json), policy);
});
