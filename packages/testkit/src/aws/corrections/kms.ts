import { amendJson, type Correction } from '../correction.ts';
import { objectOf } from '../json.ts';

/** KMS: once a replica was looked at, moto takes the primary key for a replica as well. */
export const KMS: readonly Correction[] = [
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
