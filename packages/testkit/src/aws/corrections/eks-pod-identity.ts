import { randomUUID } from 'node:crypto';
import { arn, found, kept, notFound, taken, type Correction, type Lookup, type Site } from '../correction.ts';
import { pick, type Json } from '../json.ts';
import { jsonReply, type AwsCall } from '../message.ts';

const ALL = '/clusters/{cluster}/pod-identity-associations';

/** Pod Identity associations: moto has no such route. */
export const EKS_POD_IDENTITY: readonly Correction[] = [
  {
    service: 'eks',
    on: `POST ${ALL}`,
    handle: (call, site) => {
      const id = `a-${randomUUID().replaceAll('-', '').slice(0, 17)}`;
      return kept(lookup(call, site, id), association(call, site, id));
    },
  },
  {
    service: 'eks',
    on: `GET ${ALL}`,
    handle: (call, site) => jsonReply({ associations: [...shelf(call, site).values()] }),
  },
  { service: 'eks', on: `GET ${ALL}/{id}`, handle: (call, site) => found(call, lookup(call, site)) },
  {
    service: 'eks',
    on: `POST ${ALL}/{id}`,
    handle: (call, site) => {
      const known = shelf(call, site).get(call.param('id'));
      if (known === undefined) return notFound(call, call.param('id'));
      const changes = pick(call.json, ['roleArn', 'disableSessionTags', 'targetRoleArn']);
      return kept(lookup(call, site), { ...known, ...changes });
    },
  },
  { service: 'eks', on: `DELETE ${ALL}/{id}`, handle: (call, site) => taken(call, lookup(call, site)) },
];

function shelf(call: AwsCall, site: Site): Map<string, Json> {
  return site.memory.shelf('eks', call.region, 'clusters', call.param('cluster'), 'pod-identity');
}

function lookup(call: AwsCall, site: Site, name: string = call.param('id')): Lookup {
  return { shelf: shelf(call, site), name, wrap: (record) => ({ association: record }) };
}

function association(call: AwsCall, site: Site, associationId: string): Json {
  const cluster = call.param('cluster');
  return {
    tags: {},
    disableSessionTags: false,
    ...pick(call.json, ['namespace', 'serviceAccount', 'roleArn', 'tags', 'disableSessionTags', 'targetRoleArn']),
    clusterName: cluster,
    associationId,
    associationArn: arn(site, 'eks', call.region, `podidentityassociation/${cluster}/${associationId}`),
    createdAt: Date.now() / 1000,
    modifiedAt: Date.now() / 1000,
  };
}
