import { kept, notFound, taken, type Correction, type Lookup, type Site } from '../correction.ts';
import { listOf, pick, textOf } from '../json.ts';
import { jsonReply, type AwsCall } from '../message.ts';

/** ECR's pull-through cache rules and settings of the account: moto has none. */
export const ECR: readonly Correction[] = [
  {
    service: 'ecr',
    on: 'CreatePullThroughCacheRule',
    handle: (call, site) =>
      kept(lookup(call, site), { ...call.json, registryId: site.account, createdAt: Date.now() / 1000 }),
  },
  {
    service: 'ecr',
    on: 'DescribePullThroughCacheRules',
    handle: (call, site) => {
      const { shelf } = lookup(call, site);
      const names = call.json['ecrRepositoryPrefixes'];
      const asked = names === undefined ? [...shelf.keys()] : listOf(names).map(textOf);
      const pullThroughCacheRules = asked.flatMap((name) => shelf.get(name) ?? []);
      if (pullThroughCacheRules.length > 0 || names === undefined) return jsonReply({ pullThroughCacheRules });
      return notFound(call, asked.join(), 'PullThroughCacheRuleNotFoundException');
    },
  },
  {
    service: 'ecr',
    on: 'PutAccountSetting',
    handle: (call, site) => {
      const shelf = site.memory.shelf('ecr', call.region, 'settings');
      return kept({ shelf, name: textOf(call.json['name']) }, pick(call.json, ['name', 'value']));
    },
  },
  {
    service: 'ecr',
    on: 'GetAccountSetting',
    handle: (call, site) => {
      const name = textOf(call.json['name']);
      // Every account starts with these.
      const value = name === 'BASIC_SCAN_TYPE_VERSION' ? 'AWS_NATIVE' : 'DISABLED';
      return jsonReply(site.memory.shelf('ecr', call.region, 'settings').get(name) ?? { name, value });
    },
  },
  { service: 'ecr', on: 'DeletePullThroughCacheRule', handle: (call, site) => taken(call, lookup(call, site)) },
];

function lookup(call: AwsCall, site: Site): Lookup {
  return {
    shelf: site.memory.shelf('ecr', call.region, 'pull-through'),
    name: textOf(call.json['ecrRepositoryPrefix']),
    code: 'PullThroughCacheRuleNotFoundException',
  };
}
