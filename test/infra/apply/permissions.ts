import assert from 'node:assert/strict';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Life } from './life.ts';
import type { Pod } from './pod.ts';
import { podOf } from './use.ts';

type Rights = { readonly get: readonly string[]; readonly put: readonly string[] };

const PLACES = ['weather-readings/', 'keys/', 'weather-products/', 'weather-runs/', 'replays/r1/out/', 'elsewhere/'];
/** INTERFACES, "Store permissions", as far as objects go: who gets and puts below which prefixes. */
const RIGHTS: Readonly<Record<string, Rights>> = {
  fetch: { get: ['weather-readings/', 'keys/'], put: ['weather-readings/', 'keys/'] },
  upload: { get: ['weather-products/'], put: ['weather-products/', 'replays/r1/out/'] },
  trigger: { get: ['weather-runs/'], put: ['weather-runs/'] },
  gateway: { get: ['weather-products/', 'weather-runs/'], put: [] },
  operator: { get: PLACES, put: ['replays/r1/out/'] },
};

/**
 * Every role tries everything everywhere while IAM decides.
 *
 * moto verifies the signature and asks the identity policies that were applied. It takes a statement with a condition
 * for a refusal and cannot verify the signature of a listing, so the right to list, KMS by way of S3 alone and the bucket
 * policy are not shown here; it takes any token, so neither is a trust policy. Those are compared as documents.
 */
export async function tryPermissions(life: Life): Promise<string> {
  const { told } = life;
  const s3 = life.s3(told.region);
  for (const place of PLACES)
    await s3.send(new PutObjectCommand({ Bucket: told.bucket, Key: `${place}seed`, Body: 'seed\n', IfNoneMatch: '*' }));
  await using pods = new AsyncDisposableStack();
  const all = new Map(Object.keys(RIGHTS).map((who) => [who, pods.use(podOf(life, told, who))]));
  // Its keys are to be there before: moto cannot hand any out while it verifies.
  for (const pod of all.values()) await pod.ask({ do: 'get', key: 'weather-products/none' });
  await life.standIn.enforceIam(true);
  try {
    const found: Record<string, Rights> = {};
    for (const [who, pod] of all)
      found[who] = { get: await allowed(pod, who, 'get'), put: await allowed(pod, who, 'put') };
    assert.deepEqual(found, RIGHTS);
  } finally {
    await life.standIn.enforceIam(false);
  }
  return `${all.size} roles, ${all.size * PLACES.length * 2} attempts`;
}

async function allowed(pod: Pod, who: string, what: 'get' | 'put'): Promise<readonly string[]> {
  const places: string[] = [];
  for (const place of PLACES) {
    const { refused } = await pod.ask({ do: what, key: what === 'get' ? `${place}seed` : `${place}by-${who}` });
    if (refused === undefined) places.push(place);
    else assert.equal(refused, 'STORE_ACCESS_DENIED', `${who} ${what} ${place}`);
  }
  return places;
}
