import { randomUUID } from 'node:crypto';
import { arn, kept, type Correction, type Lookup, type Site } from '../correction.ts';
import { objectOf, pick, textOf, type Json } from '../json.ts';
import { jsonReply, refusalReply, type AwsCall, type AwsReply } from '../message.ts';

/** MSK's configurations: moto has no such routes. */
export const MSK_CONFIGURATIONS: readonly Correction[] = [
  {
    service: 'kafka',
    on: 'POST /v1/configurations',
    handle: (call, site) => {
      const id = arn(site, 'kafka', call.region, `configuration/${textOf(call.json['name'])}/${randomUUID()}-1`);
      return kept(lookup(call, site, id), {
        description: '',
        ...pick(call.json, ['name', 'description', 'kafkaVersions', 'serverProperties']),
        arn: id,
        state: 'ACTIVE',
        creationTime: new Date().toISOString(),
        latestRevision: revision(1, ''),
      });
    },
  },
  {
    service: 'kafka',
    on: 'GET /v1/configurations/{configuration}',
    handle: (call, site) => withKnown(call, site, (known) => jsonReply(known)),
  },
  {
    service: 'kafka',
    on: 'PUT /v1/configurations/{configuration}',
    handle: (call, site) =>
      withKnown(call, site, (known) => {
        const next = Number(objectOf(known['latestRevision'])['revision']) + 1;
        return kept(lookup(call, site), {
          ...known,
          ...pick(call.json, ['serverProperties']),
          latestRevision: revision(next, textOf(call.json['description'])),
        });
      }),
  },
  {
    service: 'kafka',
    on: 'GET /v1/configurations/{configuration}/revisions/{revision}',
    handle: (call, site) =>
      withKnown(call, site, (known) =>
        jsonReply({
          ...pick(known, ['arn', 'creationTime', 'serverProperties']),
          description: objectOf(known['latestRevision'])['description'],
          revision: Number(call.param('revision')),
        }),
      ),
  },
  {
    service: 'kafka',
    on: 'DELETE /v1/configurations/{configuration}',
    handle: (call, site) =>
      withKnown(call, site, () => {
        lookup(call, site).shelf.delete(call.param('configuration'));
        return jsonReply({ arn: call.param('configuration'), state: 'DELETING' });
      }),
  },
];

function lookup(call: AwsCall, site: Site, name: string = call.param('configuration')): Lookup {
  return { shelf: site.memory.shelf('kafka', call.region, 'configurations'), name };
}

function revision(number: number, description: string): Json {
  return { revision: number, creationTime: new Date().toISOString(), description };
}

/** A configuration that is not there is a bad request in MSK, and clients know it by these words. */
function withKnown(call: AwsCall, site: Site, then: (known: Json) => AwsReply): AwsReply {
  const { shelf, name } = lookup(call, site);
  const known = shelf.get(name);
  if (known !== undefined) return then(known);
  return refusalReply(call, { status: 400, code: 'BadRequestException', message: 'Configuration ARN does not exist' });
}
