import { amendJson, type Correction, type Site } from '../correction.ts';
import { listOf, objectOf, textOf, type Json } from '../json.ts';
import type { AwsCall } from '../message.ts';

/** GuardDuty: with each update moto forgets the features that it does not name, and never says when one changed. */
export const GUARDDUTY: readonly Correction[] = [
  {
    service: 'guardduty',
    on: 'POST /detector/{detector}',
    handle: async (call, site) => {
      const reply = await site.moto(call);
      for (const feature of listOf(call.json['features']).map(objectOf)) {
        const updatedAt = Date.now() / 1000;
        if (reply.status < 300) features(call, site).set(textOf(feature['name']), { ...feature, updatedAt });
      }
      return reply;
    },
  },
  {
    service: 'guardduty',
    on: 'GET /detector/{detector}',
    handle: async (call, site) =>
      amendJson(await site.moto(call), (body) => ({ ...body, features: [...features(call, site).values()] })),
  },
];

function features(call: AwsCall, site: Site): Map<string, Json> {
  return site.memory.shelf('guardduty', call.region, call.param('detector'));
}
