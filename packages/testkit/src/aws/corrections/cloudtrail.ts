import type { Correction } from '../correction.ts';
import { textOf } from '../json.ts';

/** CloudTrail: clients name a trail by its ARN; moto knows it by its name alone. */
export const CLOUDTRAIL: readonly Correction[] = ['StartLogging', 'StopLogging'].map((on) => ({
  service: 'cloudtrail',
  on,
  handle: async (call, site) => {
    const named = textOf(call.json['Name']);
    const body = Buffer.from(JSON.stringify({ ...call.json, Name: named.split(':trail/').at(-1) }));
    return site.moto(call.with({ body }));
  },
}));
