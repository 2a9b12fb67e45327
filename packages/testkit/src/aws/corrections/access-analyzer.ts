import { arn, found, taken, type Correction, type Lookup, type Site } from '../correction.ts';
import { objectOf, pick, textOf } from '../json.ts';
import { jsonReply, type AwsCall } from '../message.ts';

/** IAM Access Analyzer: moto has none. */
export const ACCESS_ANALYZER: readonly Correction[] = [
  {
    service: 'access-analyzer',
    on: 'PUT /analyzer',
    handle: (call, site) => {
      const name = textOf(call.json['analyzerName']);
      const own = { name, arn: arn(site, 'access-analyzer', call.region, `analyzer/${name}`), status: 'ACTIVE' };
      const times = { createdAt: new Date().toISOString() };
      const given = { tags: objectOf(call.json['tags']), ...pick(call.json, ['type', 'configuration']) };
      lookup(call, site).shelf.set(name, { ...given, ...own, ...times });
      return jsonReply({ arn: own.arn });
    },
  },
  {
    service: 'access-analyzer',
    on: 'GET /analyzer/{analyzer}',
    handle: (call, site) => found(call, lookup(call, site)),
  },
  {
    service: 'access-analyzer',
    on: 'DELETE /analyzer/{analyzer}',
    handle: (call, site) => taken(call, { ...lookup(call, site), wrap: () => ({}) }),
  },
];

function lookup(call: AwsCall, site: Site): Lookup {
  const shelf = site.memory.shelf('access-analyzer', call.region);
  return { shelf, name: call.param('analyzer'), wrap: (analyzer) => ({ analyzer }) };
}
