import test, { type ExecutionContext } from 'ava';
import { awsTests, type Ask } from '../src/aws/index.ts';

const aws = awsTests(test);
const ROLE = 'arn:aws:iam::123456789012:role/cluster';
const principal = encodeURIComponent(ROLE);

/** A subnet, for a cluster to stand in. */
async function makeSubnet(ask: Ask): Promise<string> {
  const ec2 = async (form: Record<string, string>): Promise<string> =>
    (await ask({ service: 'ec2', form: { Version: '2016-11-15', ...form } })).text;
  const [, vpc = ''] = /<vpcId>([^<]+)/.exec(await ec2({ Action: 'CreateVpc', CidrBlock: '10.0.0.0/16' })) ?? [];
  const subnet = await ec2({ Action: 'CreateSubnet', VpcId: vpc, CidrBlock: '10.0.0.0/24' });
  return /<subnetId>([^<]+)/.exec(subnet)?.[1] ?? '';
}

async function makeCluster(t: ExecutionContext, ask: Ask, name = 'main'): Promise<void> {
  const { status, text } = await ask({
    service: 'eks',
    path: '/clusters',
    body: {
      name,
      roleArn: ROLE,
      version: '1.33',
      resourcesVpcConfig: {
        subnetIds: [await makeSubnet(ask)],
        endpointPublicAccess: false,
        endpointPrivateAccess: true,
      },
      accessConfig: { authenticationMode: 'API' },
      upgradePolicy: { supportType: 'STANDARD' },
    },
  });
  t.is(status, 200, text);
}

const get = (path: string) => ({ service: 'eks', method: 'GET', path });

aws.test(
  'a cluster keeps its access and upgrade settings and has a network of its own',
  async (t, { ask, askMoto }) => {
    await makeCluster(t, ask);
    const { json: plain } = await askMoto(get('/clusters/main'));
    const { json } = await ask(get('/clusters/main'));
    t.like(json, {
      cluster: {
        status: 'ACTIVE',
        accessConfig: { authenticationMode: 'API' },
        upgradePolicy: { supportType: 'STANDARD' },
        resourcesVpcConfig: { endpointPrivateAccess: true },
      },
    });
    const { accessConfig } = plain['cluster'] as Record<string, unknown>;
    t.is(accessConfig, undefined, 'moto drops them');
    const { resourcesVpcConfig } = json['cluster'] as { resourcesVpcConfig: Record<string, string> };
    t.regex(resourcesVpcConfig['vpcId'] ?? '', /^vpc-/);
    const GroupId = resourcesVpcConfig['clusterSecurityGroupId'] ?? '';
    const form = { Action: 'DescribeSecurityGroups', Version: '2016-11-15', 'GroupId.1': GroupId };
    t.is((await ask({ service: 'ec2', form })).status, 200, 'a real group');
    await ask({ service: 'eks', method: 'DELETE', path: '/clusters/main' });
    t.is((await ask({ service: 'ec2', form })).status, 400, 'which goes with its cluster');
    t.is((await ask(get('/clusters/main'))).status, 404);
  },
);

aws.test('an update changes what it names of a cluster and nothing else', async (t, { ask, askMoto }) => {
  await makeCluster(t, ask);
  const body = { resourcesVpcConfig: { endpointPublicAccess: true } };
  const { json } = await ask({ service: 'eks', path: '/clusters/main/update-config', body });
  const { id } = json['update'] as { id: string };
  t.like((await ask(get(`/clusters/main/updates/${id}`))).json, { update: { status: 'Successful' } });
  t.is((await askMoto(get(`/clusters/main/updates/${id}`))).status, 404, 'moto has no updates');
  await ask({ service: 'eks', path: '/clusters/main/updates', body: { version: '1.34' } });
  const network = { endpointPublicAccess: true, endpointPrivateAccess: true };
  t.like((await ask(get('/clusters/main'))).json, { cluster: { version: '1.34', resourcesVpcConfig: network } });
});

aws.test('a node group is what was asked for', async (t, { ask, askMoto }) => {
  await makeCluster(t, ask);
  const { status, text } = await ask({
    service: 'eks',
    path: '/clusters/main/node-groups',
    body: {
      nodegroupName: 'system',
      nodeRole: ROLE,
      subnets: [],
      launchTemplate: { id: 'lt-1', version: '1' },
      updateConfig: { maxUnavailable: 1 },
    },
  });
  t.is(status, 200, text);
  const path = '/clusters/main/node-groups/system';
  const plain = (await askMoto(get(path))).json['nodegroup'] as Record<string, unknown>;
  const group = (await ask(get(path))).json['nodegroup'] as Record<string, unknown>;
  t.not(plain['version'], '1.33', 'moto makes up a version');
  t.not(plain['remoteAccess'], undefined, 'and a key for SSH');
  t.like(group, { version: '1.33', updateConfig: { maxUnavailable: 1 } });
  t.is(group['remoteAccess'], undefined);
  t.is(group['diskSize'], undefined, 'a launch template says that');
  await ask({ service: 'eks', path: `${path}/update-config`, body: { updateConfig: { maxUnavailable: 2 } } });
  t.like((await ask(get(path))).json, { nodegroup: { updateConfig: { maxUnavailable: 2 } } });
  t.is((await ask({ service: 'eks', method: 'DELETE', path })).status, 200);
  t.is((await ask(get(path))).status, 404);
});

aws.test('add-ons are kept', async (t, { ask, askMoto }) => {
  const all = '/clusters/main/addons';
  const body = { addonName: 'vpc-cni', addonVersion: 'v1.20.0-eksbuild.1', configurationValues: '{}' };
  t.is((await askMoto({ service: 'eks', path: all, body })).status, 404, 'moto has no such route');
  await ask({ service: 'eks', path: all, body });
  t.like((await ask(get(`${all}/vpc-cni`))).json, { addon: { ...body, status: 'ACTIVE' } });
  const update = { addonVersion: 'v1.20.1-eksbuild.1' };
  await ask({ service: 'eks', path: `${all}/vpc-cni/update`, body: update });
  t.like((await ask(get(`${all}/vpc-cni`))).json, { addon: update });
  t.deepEqual((await ask(get(all))).json, { addons: ['vpc-cni'] });
  t.is((await ask({ service: 'eks', method: 'DELETE', path: `${all}/vpc-cni` })).status, 200);
  t.is((await ask(get(`${all}/vpc-cni`))).code, 'ResourceNotFoundException');
  t.like((await ask(get('/addons/supported-versions?addonName=coredns'))).json, { addons: [{ addonName: 'coredns' }] });
});

aws.test('access entries and their policies are kept', async (t, { ask, askMoto }) => {
  const all = '/clusters/main/access-entries';
  const body = { principalArn: ROLE, kubernetesGroups: ['readers'] };
  t.is((await askMoto({ service: 'eks', path: all, body })).status, 404, 'moto has no such route');
  await ask({ service: 'eks', path: all, body });
  t.like((await ask(get(`${all}/${principal}`))).json, { accessEntry: { ...body, type: 'STANDARD' } });
  await ask({ service: 'eks', path: `${all}/${principal}`, body: { kubernetesGroups: [] } });
  t.like((await ask(get(`${all}/${principal}`))).json, { accessEntry: { kubernetesGroups: [] } });

  const policies = `${all}/${principal}/access-policies`;
  const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy';
  await ask({ service: 'eks', path: policies, body: { policyArn, accessScope: { type: 'cluster' } } });
  const scope = { type: 'cluster', namespaces: [] };
  t.like((await ask(get(policies))).json, { associatedAccessPolicies: [{ policyArn, accessScope: scope }] });
  const one = { service: 'eks', method: 'DELETE', path: `${policies}/${encodeURIComponent(policyArn)}` };
  t.is((await ask(one)).status, 200);
  t.is((await ask(one)).status, 404);
  t.is((await ask({ service: 'eks', method: 'DELETE', path: `${all}/${principal}` })).status, 200);
  t.deepEqual((await ask(get(all))).json, { accessEntries: [] });
});

aws.test('pod identity associations are kept', async (t, { ask, askMoto }) => {
  const all = '/clusters/main/pod-identity-associations';
  const body = { namespace: 'weatherline', serviceAccount: 'upload', roleArn: ROLE };
  t.is((await askMoto({ service: 'eks', path: all, body })).status, 404, 'moto has no such route');
  const { json } = await ask({ service: 'eks', path: all, body });
  const { associationId } = json['association'] as { associationId: string };
  t.like((await ask(get(`${all}/${associationId}`))).json, { association: body });
  await ask({ service: 'eks', path: `${all}/${associationId}`, body: { roleArn: `${ROLE}-2` } });
  t.like((await ask(get(all))).json, { associations: [{ associationId, roleArn: `${ROLE}-2` }] });
  t.is((await ask({ service: 'eks', method: 'DELETE', path: `${all}/${associationId}` })).status, 200);
  t.is((await ask(get(`${all}/${associationId}`))).status, 404);
});

aws.test('versions of Kubernetes come with the end of their support, all or those asked for', async (t, sides) => {
  t.is((await sides.askMoto(get('/cluster-versions'))).status, 404, 'moto has no such route');
  const ask = async (search: string) => {
    const { json } = await sides.ask(get(`/cluster-versions${search}`));
    return json['clusterVersions'] as {
      clusterVersion: string;
      versionStatus: string;
      endOfStandardSupportDate: number;
    }[];
  };
  const all = await ask('');
  t.deepEqual([...new Set(all.map(({ versionStatus }) => versionStatus))], ['STANDARD_SUPPORT', 'EXTENDED_SUPPORT']);
  for (const { versionStatus, endOfStandardSupportDate } of all)
    t.is(endOfStandardSupportDate * 1000 > Date.now(), versionStatus === 'STANDARD_SUPPORT');
  t.like(await ask('?clusterVersions=1.35'), [{ clusterVersion: '1.35', versionStatus: 'STANDARD_SUPPORT' }]);
});
