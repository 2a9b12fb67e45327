import type { Correction, Site } from '../correction.ts';
import { listOf, textOf, type Json } from '../json.ts';
import { jsonReply, type AwsCall, type AwsReply } from '../message.ts';

const SECRETS = '/v1/clusters/{cluster}/scram-secrets';

/** The secrets with which clients of MSK log in by SCRAM: moto has no such routes. */
export const MSK_SECRETS: readonly Correction[] = [
  {
    service: 'kafka',
    on: `POST ${SECRETS}`,
    handle: (call, site) => {
      for (const secret of sent(call)) shelf(call, site).set(secret, {});
      return done(call);
    },
  },
  {
    service: 'kafka',
    on: `PATCH ${SECRETS}`,
    handle: (call, site) => {
      for (const secret of sent(call)) shelf(call, site).delete(secret);
      return done(call);
    },
  },
  {
    service: 'kafka',
    on: `GET ${SECRETS}`,
    handle: (call, site) => jsonReply({ secretArnList: [...shelf(call, site).keys()] }),
  },
];

function shelf(call: AwsCall, site: Site): Map<string, Json> {
  return site.memory.shelf('kafka', call.region, 'secrets', call.param('cluster'));
}

function sent(call: AwsCall): readonly string[] {
  return listOf(call.json['secretArnList']).map(textOf);
}

function done(call: AwsCall): AwsReply {
  return jsonReply({ clusterArn: call.param('cluster'), unprocessedScramSecrets: [] });
}
