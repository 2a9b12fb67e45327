import { randomUUID } from 'node:crypto';
import { arn, found, kept, notFound, taken, type Correction, type Lookup, type Site } from '../correction.ts';
import { objectOf, pick, textOf, type Json } from '../json.ts';
import { jsonReply, type AwsCall } from '../message.ts';

const ENTRY = '/clusters/{cluster}/access-entries/{principal}';

/** Access entries and the policies that are associated with them: moto has no such routes. */
export const EKS_ACCESS: readonly Correction[] = [
  {
    service: 'eks',
    on: 'POST /clusters/{cluster}/access-entries',
    handle: (call, site) => kept(entry(call, site, textOf(call.json['principalArn'])), newEntry(call, site)),
  },
  {
    service: 'eks',
    on: 'GET /clusters/{cluster}/access-entries',
    handle: (call, site) => jsonReply({ accessEntries: [...entries(call, site).keys()] }),
  },
  { service: 'eks', on: `GET ${ENTRY}`, handle: (call, site) => found(call, entry(call, site)) },
  {
    service: 'eks',
    on: `POST ${ENTRY}`,
    handle: (call, site) => {
      const known = entries(call, site).get(call.param('principal'));
      if (known === undefined) return notFound(call, call.param('principal'));
      return kept(entry(call, site), { ...known, ...pick(call.json, ['kubernetesGroups', 'username']) });
    },
  },
  {
    service: 'eks',
    on: `DELETE ${ENTRY}`,
    handle: (call, site) => {
      policies(call, site).clear();
      return taken(call, { ...entry(call, site), wrap: () => ({}) });
    },
  },
  {
    service: 'eks',
    on: `POST ${ENTRY}/access-policies`,
    handle: (call, site) => {
      const policyArn = textOf(call.json['policyArn']);
      const accessScope = { namespaces: [], ...objectOf(call.json['accessScope']) };
      const at = { associatedAt: Date.now() / 1000, modifiedAt: Date.now() / 1000 };
      const associatedAccessPolicy = { policyArn, accessScope, ...at };
      policies(call, site).set(policyArn, associatedAccessPolicy);
      return jsonReply({ ...whose(call), associatedAccessPolicy });
    },
  },
  {
    service: 'eks',
    on: `GET ${ENTRY}/access-policies`,
    handle: (call, site) => jsonReply({ ...whose(call), associatedAccessPolicies: [...policies(call, site).values()] }),
  },
  {
    service: 'eks',
    on: `DELETE ${ENTRY}/access-policies/{policy}`,
    handle: (call, site) => taken(call, { shelf: policies(call, site), name: call.param('policy'), wrap: () => ({}) }),
  },
];

function entries(call: AwsCall, site: Site): Map<string, Json> {
  return site.memory.shelf('eks', call.region, 'clusters', call.param('cluster'), 'entries');
}

function policies(call: AwsCall, site: Site): Map<string, Json> {
  return site.memory.shelf('eks', call.region, 'clusters', call.param('cluster'), 'policies', call.param('principal'));
}

function entry(call: AwsCall, site: Site, name: string = call.param('principal')): Lookup {
  return { shelf: entries(call, site), name, wrap: (accessEntry) => ({ accessEntry }) };
}

function whose(call: AwsCall): Json {
  return { clusterName: call.param('cluster'), principalArn: call.param('principal') };
}

function newEntry(call: AwsCall, site: Site): Json {
  const principalArn = textOf(call.json['principalArn']);
  const role = principalArn.split('/').at(-1);
  const cluster = call.param('cluster');
  return {
    type: 'STANDARD',
    kubernetesGroups: [],
    username: `${principalArn}/{{SessionName}}`,
    tags: {},
    ...pick(call.json, ['type', 'kubernetesGroups', 'username', 'tags']),
    principalArn,
    clusterName: cluster,
    accessEntryArn: arn(
      site,
      'eks',
      call.region,
      `access-entry/${cluster}/role/${site.account}/${role}/${randomUUID()}`,
    ),
    createdAt: Date.now() / 1000,
    modifiedAt: Date.now() / 1000,
  };
}
