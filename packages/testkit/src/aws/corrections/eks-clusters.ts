import { randomUUID } from 'node:crypto';
import { amendJson, type Correction, type Site } from '../correction.ts';
import { listOf, objectOf, omit, pick, textOf, type Json } from '../json.ts';
import { jsonReply, type AwsCall, type AwsReply } from '../message.ts';
import { askEc2 } from './ask-ec2.ts';

/** What moto does not keep of a cluster, though the plan compares it. */
const DROPPED = [
  'accessConfig',
  'computeConfig',
  'deletionProtection',
  'remoteNetworkConfig',
  'storageConfig',
  'upgradePolicy',
  'zonalShiftConfig',
];

/** Clusters: moto drops their newer settings and gives them neither a VPC nor a security group. */
export const EKS_CLUSTERS: readonly Correction[] = [
  {
    service: 'eks',
    on: 'POST /clusters',
    handle: async (call, site) => {
      const reply = await site.moto(call);
      const name = textOf(call.json['name']);
      if (reply.status < 300) clusters(call, site).set(name, { ...call.json, ...(await makeNetwork(call, site)) });
      return amendJson(reply, (body) => completed(body, clusters(call, site).get(name)));
    },
  },
  {
    service: 'eks',
    on: 'GET /clusters/{cluster}',
    handle: async (call, site) =>
      amendJson(await site.moto(call), (body) => completed(body, clusters(call, site).get(call.param('cluster')))),
  },
  {
    service: 'eks',
    on: 'DELETE /clusters/{cluster}',
    handle: async (call, site) => {
      const reply = await site.moto(call);
      const known = clusters(call, site).get(call.param('cluster'));
      if (reply.status >= 300 || known === undefined) return reply;
      clusters(call, site).delete(call.param('cluster'));
      await askEc2(call.region, site, { Action: 'DeleteSecurityGroup', GroupId: textOf(known['securityGroupId']) });
      return amendJson(reply, (body) => completed(body, known));
    },
  },
  { service: 'eks', on: 'POST /clusters/{cluster}/update-config', handle: updateConfig },
  { service: 'eks', on: 'POST /clusters/{cluster}/updates', handle: updateVersion },
  { service: 'eks', on: 'GET /clusters/{cluster}/updates/{id}', handle: (call) => updateReply(call.param('id')) },
];

function clusters(call: AwsCall, site: Site): Map<string, Json> {
  return site.memory.shelf('eks', call.region, 'clusters');
}

/** A real security group, so that rules and nodes may name it. */
async function makeNetwork(call: AwsCall, site: Site): Promise<Json> {
  const [subnet = ''] = listOf(objectOf(call.json['resourcesVpcConfig'])['subnetIds']).map(textOf);
  const subnets = await askEc2(call.region, site, { Action: 'DescribeSubnets', 'SubnetId.1': subnet });
  const [, vpcId = ''] = /<vpcId>([^<]+)/.exec(subnets) ?? [];
  const group = await askEc2(call.region, site, {
    Action: 'CreateSecurityGroup',
    GroupName: `eks-cluster-sg-${textOf(call.json['name'])}`,
    GroupDescription: 'EKS created security group applied to ENI that is attached to EKS Control Plane master nodes',
    VpcId: vpcId,
  });
  const [, securityGroupId = ''] = /<groupId>([^<]+)/.exec(group) ?? [];
  return { vpcId, securityGroupId };
}

function completed(body: Json, sent: Json | undefined): Json {
  if (sent === undefined) return body;
  const cluster = objectOf(body['cluster']);
  const network = { vpcId: sent['vpcId'], clusterSecurityGroupId: sent['securityGroupId'] };
  const changed = sent['version'] === undefined ? {} : { version: sent['version'] };
  return {
    ...body,
    cluster: {
      ...cluster,
      accessConfig: { authenticationMode: 'CONFIG_MAP' },
      ...pick(sent, DROPPED),
      ...changed,
      resourcesVpcConfig: {
        ...objectOf(cluster['resourcesVpcConfig']),
        ...omit(objectOf(sent['resourcesVpcConfig']), ['vpcId']),
        ...network,
      },
    },
  };
}

/** moto puts what is sent in the place of what was there; the API changes only what is named. */
async function updateConfig(call: AwsCall, site: Site): Promise<AwsReply> {
  const known = clusters(call, site).get(call.param('cluster'));
  if (known === undefined) return site.moto(call);
  const network = { ...objectOf(known['resourcesVpcConfig']), ...objectOf(call.json['resourcesVpcConfig']) };
  clusters(call, site).set(call.param('cluster'), {
    ...known,
    ...pick(call.json, DROPPED),
    accessConfig: { ...objectOf(known['accessConfig']), ...objectOf(call.json['accessConfig']) },
    resourcesVpcConfig: network,
  });
  const body = Buffer.from(JSON.stringify({ ...call.json, resourcesVpcConfig: network }));
  const reply = await site.moto(call.with({ body }));
  return reply.status < 300 ? updateReply(randomUUID()) : reply;
}

function updateVersion(call: AwsCall, site: Site): AwsReply | Promise<AwsReply> {
  const known = clusters(call, site).get(call.param('cluster'));
  if (known === undefined) return site.moto(call);
  clusters(call, site).set(call.param('cluster'), { ...known, version: call.json['version'] });
  return updateReply(randomUUID());
}

/** Every change is done by the time it is asked about. */
function updateReply(id: string): AwsReply {
  const update = {
    id,
    status: 'Successful',
    type: 'ConfigUpdate',
    createdAt: Date.now() / 1000,
    errors: [],
    params: [],
  };
  return jsonReply({ update });
}
