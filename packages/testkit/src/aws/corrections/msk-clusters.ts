import { randomUUID } from 'node:crypto';
import { arn, found, notFound, taken, type Correction, type Lookup, type Site } from '../correction.ts';
import { objectOf, omit, textOf, type Json } from '../json.ts';
import { jsonReply, type AwsCall, type AwsReply } from '../message.ts';

/** MSK's clusters: on moto they are CREATING for ever and lose their authentication, encryption and logging. */
export const MSK_CLUSTERS: readonly Correction[] = [
  { service: 'kafka', on: 'POST /v1/clusters', handle: (call, site) => create(call, site, call.json) },
  {
    service: 'kafka',
    on: 'POST /api/v2/clusters',
    handle: (call, site) => {
      const common = omit(call.json, ['provisioned']);
      return create(call, site, { ...common, ...objectOf(call.json['provisioned']) });
    },
  },
  ...['v1', 'api/v2'].map((version): Correction => ({
    service: 'kafka',
    on: `GET /${version}/clusters/{cluster}`,
    handle: (call, site) =>
      found(
        call,
        lookup(call, site, (clusterInfo) => ({ clusterInfo })),
      ),
  })),
  {
    service: 'kafka',
    on: 'DELETE /v1/clusters/{cluster}',
    handle: (call, site) =>
      taken(
        call,
        lookup(call, site, () => ({ clusterArn: call.param('cluster'), state: 'DELETING' })),
      ),
  },
  {
    service: 'kafka',
    on: 'GET /v1/clusters/{cluster}/bootstrap-brokers',
    handle: (call) => jsonReply(brokers(call)),
  },
  {
    service: 'kafka',
    on: 'GET /v1/tags/{cluster}',
    handle: (call, site) =>
      found(
        call,
        lookup(call, site, ({ tags }) => ({ tags })),
      ),
  },
  {
    service: 'kafka',
    on: 'POST /v1/tags/{cluster}',
    handle: (call, site) => {
      const known = clusters(call, site).get(call.param('cluster'));
      if (known === undefined) return notFound(call, call.param('cluster'), 'NotFoundException');
      const tags = { ...objectOf(known['tags']), ...objectOf(call.json['tags']) };
      clusters(call, site).set(call.param('cluster'), { ...known, tags });
      return jsonReply({});
    },
  },
];

function clusters(call: AwsCall, site: Site): Map<string, Json> {
  return site.memory.shelf('kafka', call.region, 'clusters');
}

function lookup(call: AwsCall, site: Site, wrap: (record: Json) => Json): Lookup {
  return { shelf: clusters(call, site), name: call.param('cluster'), wrap, code: 'NotFoundException' };
}

function create(call: AwsCall, site: Site, sent: Json): AwsReply {
  const isServerless = sent['serverless'] !== undefined;
  const clusterName = textOf(sent['clusterName']);
  const clusterArn = arn(
    site,
    'kafka',
    call.region,
    `cluster/${clusterName}/${randomUUID()}-${isServerless ? 's1' : '1'}`,
  );
  const clusterType = isServerless ? 'SERVERLESS' : 'PROVISIONED';
  const common = {
    clusterArn,
    clusterName,
    clusterType,
    state: 'ACTIVE',
    creationTime: new Date().toISOString(),
    currentVersion: 'K1',
    tags: objectOf(sent['tags']),
  };
  const record = isServerless
    ? { ...common, serverless: sent['serverless'] }
    : { ...provisioned(sent), provisioned: provisioned(sent), ...common };
  clusters(call, site).set(clusterArn, record);
  return jsonReply({ clusterArn, clusterName, state: 'ACTIVE', clusterType });
}

/** As it was sent, with what AWS fills in; version 1 of the API shows it flat, version 2 below a name. */
function provisioned(sent: Json): Json {
  const configuration = objectOf(sent['configurationInfo']);
  return {
    storageMode: 'LOCAL',
    enhancedMonitoring: 'DEFAULT',
    zookeeperConnectString: '',
    zookeeperConnectStringTls: '',
    ...omit(sent, ['tags', 'clusterName']),
    brokerNodeGroupInfo: {
      brokerAZDistribution: 'DEFAULT',
      connectivityInfo: { publicAccess: { type: 'DISABLED' } },
      ...objectOf(sent['brokerNodeGroupInfo']),
    },
    currentBrokerSoftwareInfo: {
      kafkaVersion: sent['kafkaVersion'],
      configurationArn: configuration['arn'],
      configurationRevision: configuration['revision'],
    },
  };
}

function brokers(call: AwsCall): Json {
  const [, name = '', id = ''] = call.param('cluster').split('/');
  const domain = `kafka.${call.region}.amazonaws.com`;
  if (id.endsWith('-s1'))
    return { bootstrapBrokerStringSaslIam: `boot-${name}.c1.kafka-serverless.${call.region}.amazonaws.com:9098` };
  const list = (port: number): string => [1, 2, 3].map((each) => `b-${each}.${name}.c1.${domain}:${port}`).join(',');
  return {
    bootstrapBrokerStringTls: list(9094),
    bootstrapBrokerStringSaslScram: list(9096),
    bootstrapBrokerStringSaslIam: list(9098),
  };
}
