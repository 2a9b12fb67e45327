import { amendJson, type Correction } from '../correction.ts';
import { objectOf, textOf } from '../json.ts';

/** SQS: moto puts spaces into the JSON of a redrive policy, which a plan takes for a change. */
export const SQS: readonly Correction[] = [
  {
    service: 'sqs',
    on: 'GetQueueAttributes',
    handle: async (call, site) =>
      amendJson(await site.moto(call), (body) => {
        const attributes = objectOf(body['Attributes']);
        const policy = textOf(attributes['RedrivePolicy']);
        if (policy === '') return body;
        return { ...body, Attributes: { ...attributes, RedrivePolicy: JSON.stringify(JSON.parse(policy)) } };
      }),
  },
];
