import { amendJson, type Correction, type Site } from '../correction.ts';
import { objectOf, omit, pick, textOf, type Json } from '../json.ts';
import type { AwsCall } from '../message.ts';

/** Node groups: moto invents an SSH key, a disk and version 1.19, and drops the update settings. */
export const EKS_NODE_GROUPS: readonly Correction[] = [
  {
    service: 'eks',
    on: 'POST /clusters/{cluster}/node-groups',
    handle: async (call, site) => {
      const reply = await site.moto(call);
      const name = textOf(call.json['nodegroupName']);
      if (reply.status < 300) groups(call, site).set(name, { ...call.json, version: versionOf(call, site) });
      return amendJson(reply, (body) => corrected(body, groups(call, site).get(name)));
    },
  },
  {
    service: 'eks',
    on: 'GET /clusters/{cluster}/node-groups/{group}',
    handle: async (call, site) =>
      amendJson(await site.moto(call), (body) => corrected(body, groups(call, site).get(call.param('group')))),
  },
  {
    service: 'eks',
    on: 'DELETE /clusters/{cluster}/node-groups/{group}',
    handle: async (call, site) => {
      const reply = await site.moto(call);
      const known = groups(call, site).get(call.param('group'));
      if (reply.status < 300) groups(call, site).delete(call.param('group'));
      return amendJson(reply, (body) => corrected(body, known));
    },
  },
  {
    service: 'eks',
    on: 'POST /clusters/{cluster}/node-groups/{group}/update-config',
    handle: async (call, site) => {
      const known = groups(call, site).get(call.param('group'));
      if (known !== undefined)
        groups(call, site).set(call.param('group'), {
          ...known,
          ...pick(call.json, ['updateConfig', 'nodeRepairConfig']),
        });
      return site.moto(call);
    },
  },
];

function groups(call: AwsCall, site: Site): Map<string, Json> {
  return site.memory.shelf('eks', call.region, 'clusters', call.param('cluster'), 'node-groups');
}

/** Nodes start as what the cluster is. */
function versionOf(call: AwsCall, site: Site): unknown {
  const cluster = site.memory.shelf('eks', call.region, 'clusters').get(call.param('cluster'));
  return call.json['version'] ?? cluster?.['version'] ?? '1.33';
}

function corrected(body: Json, sent: Json | undefined): Json {
  if (sent === undefined) return body;
  const invented = sent['launchTemplate'] === undefined ? ['remoteAccess'] : ['remoteAccess', 'diskSize'];
  return {
    ...body,
    nodegroup: {
      ...omit(objectOf(body['nodegroup']), invented),
      ...pick(sent, ['remoteAccess', 'updateConfig', 'nodeRepairConfig', 'version']),
    },
  };
}
