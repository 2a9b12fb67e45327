import { randomUUID } from 'node:crypto';
import { arn, found, kept, notFound, taken, type Correction, type Lookup, type Site } from '../correction.ts';
import { listOf, objectOf, pick, textOf, type Json } from '../json.ts';
import { jsonReply, type AwsCall } from '../message.ts';

/** Add-ons: moto has no such route. */
export const EKS_ADD_ONS: readonly Correction[] = [
  {
    service: 'eks',
    on: 'POST /clusters/{cluster}/addons',
    handle: (call, site) => kept(lookup(call, site, textOf(call.json['addonName'])), addOn(call, site)),
  },
  {
    service: 'eks',
    on: 'GET /clusters/{cluster}/addons',
    handle: (call, site) => jsonReply({ addons: [...shelf(call, site).keys()] }),
  },
  {
    service: 'eks',
    on: 'GET /clusters/{cluster}/addons/{addon}',
    handle: (call, site) => found(call, lookup(call, site)),
  },
  {
    service: 'eks',
    on: 'DELETE /clusters/{cluster}/addons/{addon}',
    handle: (call, site) => taken(call, lookup(call, site)),
  },
  {
    service: 'eks',
    on: 'POST /clusters/{cluster}/addons/{addon}/update',
    handle: (call, site) => {
      const known = shelf(call, site).get(call.param('addon'));
      if (known === undefined) return notFound(call, call.param('addon'));
      const changes = pick(call.json, ['addonVersion', 'configurationValues', 'serviceAccountRoleArn']);
      shelf(call, site).set(call.param('addon'), { ...known, ...changes });
      const at = { createdAt: Date.now() / 1000, errors: [], params: [] };
      return jsonReply({ update: { id: randomUUID(), status: 'Successful', type: 'AddonUpdate', ...at } });
    },
  },
  {
    service: 'eks',
    on: 'GET /addons/supported-versions',
    handle: (call) => jsonReply({ addons: [supported(call.query.get('addonName') ?? '')] }),
  },
];

function shelf(call: AwsCall, site: Site): Map<string, Json> {
  return site.memory.shelf('eks', call.region, 'clusters', call.param('cluster'), 'addons');
}

function lookup(call: AwsCall, site: Site, name: string = call.param('addon')): Lookup {
  return { shelf: shelf(call, site), name, wrap: (addon) => ({ addon }) };
}

function addOn(call: AwsCall, site: Site): Json {
  const name = textOf(call.json['addonName']);
  const cluster = call.param('cluster');
  const pods = listOf(call.json['podIdentityAssociations']).map((each) => {
    const account = textOf(objectOf(each)['serviceAccount']);
    return arn(site, 'eks', call.region, `podidentityassociation/${cluster}/a-${name}-${account}`);
  });
  return {
    addonVersion: 'v1.0.0-eksbuild.1',
    ...pick(call.json, ['addonVersion', 'serviceAccountRoleArn', 'configurationValues']),
    addonName: name,
    clusterName: cluster,
    status: 'ACTIVE',
    addonArn: arn(site, 'eks', call.region, `addon/${cluster}/${name}/${randomUUID()}`),
    health: { issues: [] },
    createdAt: Date.now() / 1000,
    modifiedAt: Date.now() / 1000,
    tags: objectOf(call.json['tags']),
    podIdentityAssociations: pods,
  };
}

function supported(addonName: string): Json {
  const compatibilities = [{ clusterVersion: '1.33', platformVersions: ['*'], defaultVersion: true }];
  return { addonName, type: 'networking', addonVersions: [{ addonVersion: 'v1.0.0-eksbuild.1', compatibilities }] };
}
