import test from 'ava';
import { awsTests } from '../src/aws/index.ts';

const aws = awsTests(test);
const get = (path: string) => ({ service: 'kafka', method: 'GET', path });
const SENT = {
  kafkaVersion: '3.9.x',
  numberOfBrokerNodes: 3,
  brokerNodeGroupInfo: { clientSubnets: ['subnet-1'], instanceType: 'kafka.m7g.large' },
  clientAuthentication: { sasl: { scram: { enabled: true } } },
  encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
};

aws.test('a cluster of either version of the API is there at once, whole', async (t, { ask, askMoto }) => {
  const first = { service: 'kafka', path: '/v1/clusters', body: { clusterName: 'one', tags: { of: 'one' }, ...SENT } };
  const second = { service: 'kafka', path: '/api/v2/clusters', body: { clusterName: 'two', provisioned: SENT } };
  const { json: atMoto } = await askMoto(first);
  const plain = await askMoto(get(`/v1/clusters/${encodeURIComponent(String(atMoto['clusterArn']))}`));
  t.like(plain.json, { clusterInfo: { state: 'CREATING' } }, 'moto never comes to an end');
  for (const asked of [first, second]) {
    const { json } = await ask(asked);
    const id = encodeURIComponent(String(json['clusterArn']));
    t.like((await ask(get(`/v1/clusters/${id}`))).json, {
      clusterInfo: {
        state: 'ACTIVE',
        clientAuthentication: SENT.clientAuthentication,
        encryptionInfo: SENT.encryptionInfo,
        currentBrokerSoftwareInfo: { kafkaVersion: '3.9.x' },
      },
    });
    t.like((await ask(get(`/api/v2/clusters/${id}`))).json, {
      clusterInfo: { clusterType: 'PROVISIONED', provisioned: { numberOfBrokerNodes: 3 } },
    });
    const { json: brokers } = await ask(get(`/v1/clusters/${id}/bootstrap-brokers`));
    t.is(String(brokers['bootstrapBrokerStringSaslScram']).split(',').length, 3);
    t.is((await ask({ service: 'kafka', method: 'DELETE', path: `/v1/clusters/${id}` })).status, 200);
    t.is((await ask(get(`/v1/clusters/${id}`))).code, 'NotFoundException');
  }
});

aws.test('a serverless cluster has one address, and tags can be added', async (t, { ask }) => {
  const body = { clusterName: 'small', serverless: { vpcConfigs: [] }, tags: { a: '1' } };
  const { json } = await ask({ service: 'kafka', path: '/api/v2/clusters', body });
  const id = encodeURIComponent(String(json['clusterArn']));
  t.like((await ask(get(`/api/v2/clusters/${id}`))).json, { clusterInfo: { clusterType: 'SERVERLESS' } });
  t.deepEqual(Object.keys((await ask(get(`/v1/clusters/${id}/bootstrap-brokers`))).json), [
    'bootstrapBrokerStringSaslIam',
  ]);
  await ask({ service: 'kafka', path: `/v1/tags/${id}`, body: { tags: { b: '2' } } });
  t.deepEqual((await ask(get(`/v1/tags/${id}`))).json, { tags: { a: '1', b: '2' } });
});

aws.test('configurations have revisions', async (t, { ask, askMoto }) => {
  const body = { name: 'main', kafkaVersions: ['3.9.x'], serverProperties: 'YQ==' };
  t.is((await askMoto({ service: 'kafka', path: '/v1/configurations', body })).status, 404, 'moto has no such route');
  const { json } = await ask({ service: 'kafka', path: '/v1/configurations', body });
  const path = `/v1/configurations/${encodeURIComponent(String(json['arn']))}`;
  await ask({ service: 'kafka', method: 'PUT', path, body: { serverProperties: 'Yg==', description: 'more' } });
  t.like((await ask(get(path))).json, { name: 'main', latestRevision: { revision: 2, description: 'more' } });
  t.like((await ask(get(`${path}/revisions/2`))).json, { revision: 2, serverProperties: 'Yg==' });
  t.is((await ask({ service: 'kafka', method: 'DELETE', path })).status, 200);
  const { status, code, text } = await ask(get(path));
  t.deepEqual([status, code], [400, 'BadRequestException']);
  t.regex(text, /Configuration ARN does not exist/);
});

aws.test('secrets for SCRAM are associated and let go', async (t, { ask, askMoto }) => {
  const path = `/v1/clusters/${encodeURIComponent('arn:aws:kafka:us-east-1:123456789012:cluster/a/b')}/scram-secrets`;
  const body = { secretArnList: ['arn:aws:secretsmanager:us-east-1:123456789012:secret:AmazonMSK_a'] };
  t.true((await askMoto({ service: 'kafka', path, body })).status >= 400, 'moto has no such route');
  t.like((await ask({ service: 'kafka', path, body })).json, { unprocessedScramSecrets: [] });
  t.deepEqual((await ask(get(path))).json, body);
  await ask({ service: 'kafka', method: 'PATCH', path, body });
  t.deepEqual((await ask(get(path))).json, { secretArnList: [] });
});
