import type { Correction, Site } from '../correction.ts';
import { listOf, objectOf, textOf, type Json } from '../json.ts';
import { bytesReply, emptyReply, refusalReply, type AwsCall, type AwsReply } from '../message.ts';

type KeptHeader = { readonly name: string; readonly byDefault: string };

const TRANSITION_SIZE: KeptHeader = {
  name: 'x-amz-transition-default-minimum-object-size',
  byDefault: 'all_storage_classes_128K',
};

/** S3: moto loses parts of a bucket's settings, crashes on some, and refuses all objects of a bucket that wants TLS. */
export const S3: readonly Correction[] = [
  ...keptAsSent('logging', { isForMoto: false, none: emptyLogging }),
  ...keptAsSent('notification', { isForMoto: false, none: async (call, site) => site.moto(call) }),
  // moto still judges it: both buckets must be versioned.
  ...keptAsSent('replication', { isForMoto: true, none: async (call, site) => site.moto(call) }),
  // moto loses how many replaced versions stay and from which size on objects move, and clients wait for minutes for both.
  ...keptAsSent('lifecycle', { isForMoto: true, none: async (call, site) => site.moto(call), header: TRANSITION_SIZE }),
  // moto makes one of no name of the first, and says in words of its own that there is none of the second.
  ...['intelligent-tiering', 'inventory'].flatMap((part) =>
    keptAsSent(part, {
      isForMoto: false,
      none: (call) => refusalReply(call, { status: 404, code: 'NoSuchConfiguration', message: 'there is none' }),
    }),
  ),
  { service: 's3', on: 'PUT /{bucket}?policy', handle: putPolicy },
  {
    service: 's3',
    on: 'GET /{bucket}?policy',
    handle: async (call, site) => {
      const sent = settings(site, 'policy').get(call.param('bucket'));
      return sent === undefined ? site.moto(call) : bytesReply(textOf(sent['body']), 'application/json');
    },
  },
  {
    service: 's3',
    on: 'DELETE /{bucket}?policy',
    handle: async (call, site) => {
      settings(site, 'policy').delete(call.param('bucket'));
      return site.moto(call);
    },
  },
  {
    service: 's3',
    on: 'DELETE /{bucket}',
    handle: async (call, site) => {
      // Not a subresource's: nothing follows the path but what SDKs add for themselves.
      const reply = await site.moto(call);
      const isWhole = [...call.query.keys()].every((name) => name === 'x-id');
      if (isWhole && reply.status < 300) for (const part of PARTS) forget(settings(site, part), call.param('bucket'));
      return reply;
    },
  },
];

const PARTS = ['lifecycle', 'logging', 'notification', 'replication', 'intelligent-tiering', 'inventory', 'policy'];

/** Names of buckets are one space for all regions. */
function settings(site: Site, part: string): Map<string, Json> {
  return site.memory.shelf('s3', part);
}

/** The bucket, and the name of the configuration where it may have several. */
function nameOf(call: AwsCall): string {
  const id = call.query.get('id');
  return id === null ? call.param('bucket') : `${call.param('bucket')}/${id}`;
}

function forget(shelf: Map<string, Json>, bucket: string): void {
  for (const name of shelf.keys()) if (name.split('/')[0] === bucket) shelf.delete(name);
}

type Keeping = {
  readonly isForMoto: boolean;
  /** A part of the setting that is sent and shown in a header. */
  readonly header?: KeptHeader;
  readonly none: (call: AwsCall, site: Site) => AwsReply | Promise<AwsReply>;
};

function keptAsSent(part: string, { isForMoto, none, header }: Keeping): readonly Correction[] {
  const on = `/{bucket}?${part}`;
  return [
    {
      service: 's3',
      on: `PUT ${on}`,
      handle: async (call, site) => {
        const reply = isForMoto ? await site.moto(call) : emptyReply();
        if (reply.status >= 300) return reply;
        const sent = { body: call.body.toString(), ...headerOf(call, header) };
        settings(site, part).set(nameOf(call), sent);
        return withHeader(reply, sent, header);
      },
    },
    {
      service: 's3',
      on: `GET ${on}`,
      handle: async (call, site) => {
        const sent = settings(site, part).get(nameOf(call));
        if (sent === undefined) return none(call, site);
        return withHeader(bytesReply(textOf(sent['body']), 'application/xml'), sent, header);
      },
    },
    {
      service: 's3',
      on: `DELETE ${on}`,
      handle: async (call, site) => {
        settings(site, part).delete(nameOf(call));
        return isForMoto ? site.moto(call) : emptyReply(204);
      },
    },
  ];
}

function headerOf(call: AwsCall, header: KeptHeader | undefined): Json {
  return header === undefined ? {} : { [header.name]: call.headers[header.name] ?? header.byDefault };
}

function withHeader(reply: AwsReply, sent: Json, header: KeptHeader | undefined): AwsReply {
  if (header === undefined) return reply;
  return { ...reply, headers: { ...reply.headers, [header.name]: textOf(sent[header.name]) } };
}

async function emptyLogging(call: AwsCall, site: Site): Promise<AwsReply> {
  const reply = await site.moto(call);
  if (reply.status >= 300) return reply;
  return bytesReply('<BucketLoggingStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>', 'application/xml');
}

/**
 * moto takes a Deny under a condition (only over TLS) for one without, and would refuse every object. The policy is
 * shown as it was sent; moto is given its unconditional statements.
 */
async function putPolicy(call: AwsCall, site: Site): Promise<AwsReply> {
  const statements = listOf(call.json['Statement']);
  const unconditional = statements.filter((statement) => objectOf(statement)['Condition'] === undefined);
  const document = JSON.stringify({ ...call.json, Statement: unconditional });
  const without = call.with({ method: 'DELETE', body: Buffer.alloc(0) });
  const reply = await site.moto(unconditional.length === 0 ? without : call.with({ body: Buffer.from(document) }));
  if (reply.status < 300) settings(site, 'policy').set(call.param('bucket'), { body: call.body.toString() });
  return reply;
}
