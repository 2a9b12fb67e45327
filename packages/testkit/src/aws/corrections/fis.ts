import { randomUUID } from 'node:crypto';
import { arn, found, kept, notFound, taken, type Correction, type Lookup, type Site } from '../correction.ts';
import { objectOf, omit, pick, type Json } from '../json.ts';
import { jsonReply, type AwsCall } from '../message.ts';

const ONE = '/experimentTemplates/{template}';

/** What an update may change. */
const CHANGEABLE = ['description', 'stopConditions', 'targets', 'actions', 'roleArn', 'logConfiguration'];

/** Fault injection's templates: moto makes them and cannot show them. */
export const FIS: readonly Correction[] = [
  {
    service: 'fis',
    on: 'POST /experimentTemplates',
    handle: (call, site) => {
      const id = `EXT${randomUUID().replaceAll('-', '').slice(0, 16)}`;
      const at = { creationTime: Date.now() / 1000, lastUpdateTime: Date.now() / 1000 };
      const own = { id, arn: arn(site, 'fis', call.region, `experiment-template/${id}`), ...at };
      return kept(lookup(call, site, id), { tags: {}, ...omit(call.json, ['clientToken']), ...own });
    },
  },
  { service: 'fis', on: `GET ${ONE}`, handle: (call, site) => found(call, lookup(call, site)) },
  {
    service: 'fis',
    on: `PATCH ${ONE}`,
    handle: (call, site) => {
      const known = lookup(call, site).shelf.get(call.param('template'));
      if (known === undefined) return notFound(call, call.param('template'));
      return kept(lookup(call, site), { ...known, ...pick(call.json, CHANGEABLE) });
    },
  },
  { service: 'fis', on: `DELETE ${ONE}`, handle: (call, site) => taken(call, lookup(call, site)) },
  {
    service: 'fis',
    on: 'GET /tags/{arn}',
    handle: (call, site) => jsonReply({ tags: tagged(call, site)['tags'] ?? {} }),
  },
  {
    service: 'fis',
    on: 'POST /tags/{arn}',
    handle: (call, site) => {
      const known = tagged(call, site);
      const tags = { ...objectOf(known['tags']), ...objectOf(call.json['tags']) };
      lookup(call, site).shelf.set(nameOf(call), { ...known, tags });
      return jsonReply({});
    },
  },
];

function lookup(call: AwsCall, site: Site, name: string = call.param('template')): Lookup {
  return { shelf: site.memory.shelf('fis', call.region), name, wrap: (experimentTemplate) => ({ experimentTemplate }) };
}

function nameOf(call: AwsCall): string {
  return call.param('arn').split('/').at(-1) ?? '';
}

function tagged(call: AwsCall, site: Site): Json {
  return lookup(call, site).shelf.get(nameOf(call)) ?? {};
}
