import { scopeHeader } from '../client.ts';
import { amendJson, type Correction, type Site } from '../correction.ts';
import { objectOf, textOf, type Json } from '../json.ts';
import type { AwsCall, AwsReply } from '../message.ts';

/**
 * KMS: moto makes a replica with the description and policy of its primary and no tags, whatever was asked, and once a
 * replica was looked at takes the primary key for a replica as well.
 */
export const KMS: readonly Correction[] = [
  { service: 'kms', on: 'ReplicateKey', handle: replicate },
  {
    service: 'kms',
    on: 'DescribeKey',
    handle: async (call, site) =>
      amendJson(await site.moto(call), (body) => {
        const metadata = objectOf(body['KeyMetadata']);
        if (metadata['MultiRegionConfiguration'] === undefined) return body;
        const multi = objectOf(metadata['MultiRegionConfiguration']);
        const isPrimary = objectOf(multi['PrimaryKey'])['Region'] === call.region;
        const MultiRegionConfiguration = { ...multi, MultiRegionKeyType: isPrimary ? 'PRIMARY' : 'REPLICA' };
        return { ...body, KeyMetadata: { ...metadata, MultiRegionConfiguration } };
      }),
  },
];

async function replicate(call: AwsCall, site: Site): Promise<AwsReply> {
  const reply = await site.moto(call);
  if (reply.status >= 300) return reply;
  const { KeyId, ReplicaRegion, Description, Policy, Tags } = call.json;
  const follow = async (operation: string, given: Json): Promise<AwsReply> => {
    const authorization = scopeHeader('kms', textOf(ReplicaRegion));
    const headers = { ...call.headers, authorization, 'x-amz-target': `TrentService.${operation}` };
    return site.moto(call.with({ headers, body: Buffer.from(JSON.stringify({ KeyId, ...given })) }));
  };
  // What is not said is empty, or what AWS gives every key.
  await follow('UpdateKeyDescription', { Description: Description ?? '' });
  if (Policy !== undefined) await follow('PutKeyPolicy', { PolicyName: 'default', Policy });
  if (Tags !== undefined) await follow('TagResource', { Tags });
  return reply;
}
