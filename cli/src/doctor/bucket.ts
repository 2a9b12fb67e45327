import type { ObjectStore } from '@weatherline/runtime';
import { fail, ok, warn, type Finding } from './check.ts';

/** The one small object that stays: nothing of weatherline deletes. */
export const PROBE_KEY = 'replays/doctor/probe.json';
const PROBE = Buffer.from('{"what":"written by weatherline doctor, to see whether conditions hold; may be deleted"}\n');
const INTRUDER = Buffer.from('{"what":"this text must never be seen: a condition was not honoured; may be deleted"}\n');
const JSON_TYPE = { contentType: 'application/json' } as const;
const NO_TAG = '0'.repeat(32);

/** Is it there, and may we list it? */
export async function checkBucket(store: Pick<ObjectStore, 'list'>, name: string): Promise<Finding> {
  const { objects } = await store.list({ prefix: 'weather-products/', limit: 1 });
  return ok(`${name} can be listed${objects.length === 0 ? '; it holds no product yet' : ''}`);
}

/**
 * Tries each condition that must hold and each that must not. Stores that ignore them answer as if all were well, and
 * lose a product at the first collision.
 */
export async function checkConditions(store: ObjectStore): Promise<Finding> {
  const first = await store.put(PROBE_KEY, PROBE, { ifNoneMatch: '*', ...JSON_TYPE });
  const before = await store.get(PROBE_KEY);
  if (before === undefined) {
    return fail(
      first.stored ? 'an object that was just written is not there' : 'a new key was refused as if it existed',
      'use a store that is strongly consistent, such as S3',
    );
  }
  const ignored: string[] = [];
  if ((await store.put(PROBE_KEY, INTRUDER, { ifNoneMatch: '*', ...JSON_TYPE })).stored)
    ignored.push('If-None-Match: *');
  if ((await store.put(PROBE_KEY, INTRUDER, { ifMatch: NO_TAG, ...JSON_TYPE })).stored) ignored.push('If-Match');
  const after = await store.get(PROBE_KEY);
  if (ignored.length > 0) {
    return fail(
      `the store ignores ${ignored.join(' and ')}: it overwrote what it had to keep`,
      'use a store that honours conditional writes, such as S3; with this one products would be lost',
    );
  }
  if (after === undefined || !Buffer.from(after.body).equals(before.body)) {
    return fail('the store refused a write and made it all the same', 'use a store that honours conditional writes');
  }
  if (!(await replaces(store, after.etag))) {
    return fail('the store refuses If-Match with the right tag', 'use a store that knows If-Match on PUT, such as S3');
  }
  return ok(`If-None-Match and If-Match are honoured; one small object stays: ${PROBE_KEY}`);
}

/** Once more with the tag of now: another doctor may have been quicker. */
async function replaces(store: ObjectStore, tag: string): Promise<boolean> {
  if ((await store.put(PROBE_KEY, PROBE, { ifMatch: tag, ...JSON_TYPE })).stored) return true;
  const now = await store.get(PROBE_KEY);
  return now !== undefined && (await store.put(PROBE_KEY, PROBE, { ifMatch: now.etag, ...JSON_TYPE })).stored;
}

const READS = 5;
const SLOW_MS = 250;

/** A small object comes with its first byte: the median of some reads, on a connection that stands. */
export async function checkFirstByte(store: Pick<ObjectStore, 'get'>): Promise<Finding> {
  const times: number[] = [];
  for (let count = 0; count < READS; count += 1) {
    const begun = performance.now();
    await store.get(PROBE_KEY);
    times.push(performance.now() - begun);
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(READS / 2)] ?? 0;
  const text = `${median < 10 ? median.toFixed(1) : Math.round(median)} ms, the median of ${READS} reads`;
  return median <= SLOW_MS ? ok(text) : warn(text, 'run weatherline in the region of the bucket; look at the network');
}
