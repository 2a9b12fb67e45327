import { randomUUID } from 'node:crypto';
import { arn, taken, type Correction, type Site } from '../correction.ts';
import { listOf, objectOf, textOf, type Json } from '../json.ts';
import { jsonReply, type AwsCall, type AwsReply } from '../message.ts';

type Kind = { readonly name: 'AnomalyMonitor' | 'AnomalySubscription'; readonly arn: string; readonly unknown: string };

const MONITOR: Kind = { name: 'AnomalyMonitor', arn: 'MonitorArn', unknown: 'UnknownMonitorException' };
const SUBSCRIPTION: Kind = {
  name: 'AnomalySubscription',
  arn: 'SubscriptionArn',
  unknown: 'UnknownSubscriptionException',
};

/** Cost Explorer's anomaly monitors and subscriptions and the tags that it counts by: moto has none. */
export const COST_EXPLORER: readonly Correction[] = [
  ...[MONITOR, SUBSCRIPTION].flatMap((kind): Correction[] => [
    { service: 'ce', on: `Create${kind.name}`, handle: (call, site) => create(call, site, kind) },
    {
      service: 'ce',
      on: `Get${kind.name}s`,
      handle: (call, site) => {
        const names = listOf(call.json[`${kind.arn}List`]).map(textOf);
        return jsonReply({ [`${kind.name}s`]: names.flatMap((name) => shelf(site, kind).get(name) ?? []) });
      },
    },
    {
      service: 'ce',
      on: `Delete${kind.name}`,
      handle: (call, site) => {
        const name = textOf(call.json[kind.arn]);
        return taken(call, { shelf: shelf(site, kind), name, wrap: () => ({}), code: kind.unknown });
      },
    },
  ]),
  {
    service: 'ce',
    on: 'UpdateCostAllocationTagsStatus',
    handle: (call, site) => {
      for (const each of listOf(call.json['CostAllocationTagsStatus']).map(objectOf))
        site.memory.shelf('ce', 'allocation').set(textOf(each['TagKey']), { Type: 'UserDefined', ...each });
      return jsonReply({ Errors: [] });
    },
  },
  {
    service: 'ce',
    on: 'ListCostAllocationTags',
    handle: (call, site) => {
      const all = site.memory.shelf('ce', 'allocation');
      const asked = call.json['TagKeys'] === undefined ? [...all.keys()] : listOf(call.json['TagKeys']).map(textOf);
      return jsonReply({ CostAllocationTags: asked.flatMap((name) => all.get(name) ?? []) });
    },
  },
  {
    service: 'ce',
    on: 'ListTagsForResource',
    handle: async (call, site) => {
      const tags = site.memory.shelf('ce', 'tags').get(textOf(call.json['ResourceArn']));
      return tags === undefined ? site.moto(call) : jsonReply(tags);
    },
  },
];

function shelf(site: Site, { name }: Kind): Map<string, Json> {
  return site.memory.shelf('ce', name);
}

function create(call: AwsCall, site: Site, kind: Kind): AwsReply {
  // Cost Explorer is of no region.
  const id = arn(site, 'ce', '', `${kind.name.toLowerCase()}/${randomUUID()}`);
  const own = { [kind.arn]: id, AccountId: site.account, CreationDate: new Date().toISOString() };
  shelf(site, kind).set(id, { ...objectOf(call.json[kind.name]), ...own });
  site.memory.shelf('ce', 'tags').set(id, { ResourceTags: listOf(call.json['ResourceTags']) });
  return jsonReply({ [kind.arn]: id });
}
