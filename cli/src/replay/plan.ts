import { canonicalJson, Location, Part, partName, ProviderId, Replay, SlotId, SlotInstant } from '@weatherline/events';
import { EXIT, sha256, type ObjectReader, type ObjectStore, type StoredObject } from '@weatherline/runtime';
import * as v from 'valibot';
import { Failure } from '../failure.ts';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Where the event of an item comes from. */
const Source = v.variant('kind', [
  /** The readings that fetch stored, as they were when the plan was made. */
  v.strictObject({ kind: v.literal('readings'), key: v.string(), etag: v.string(), bytes: Count }),
  /** An event in the log. */
  v.strictObject({ kind: v.literal('event'), topic: v.string(), partition: Count, offset: Count, bytes: Count }),
  /** A provider with history, asked for so many locations. */
  v.strictObject({ kind: v.literal('request'), calls: Count }),
]);

/** One part that is handled again, and the product that was there when the plan was made. */
const ReplayItem = v.strictObject({
  run: SlotId,
  part: Part,
  source: Source,
  product: v.strictObject({ key: v.string(), etag: v.nullable(v.string()) }),
});
export type ReplayItem = v.InferOutput<typeof ReplayItem>;

/** What was asked for and cannot be had. */
const Gap = v.strictObject({ run: SlotId, part: v.nullable(v.string()), why: v.string() });
export type Gap = v.InferOutput<typeof Gap>;

const Selection = v.strictObject({
  from: v.nullable(SlotInstant),
  to: v.nullable(SlotInstant),
  runs: v.array(SlotId),
  locations: v.array(v.string()),
  only: v.picklist(['missing', 'failed', 'all']),
});
export type Selection = v.InferOutput<typeof Selection>;

/** Exactly what a replay does; the SHA-256 of its stored bytes names it. */
const ReplayPlan = v.strictObject({
  schema: v.literal('weatherline.replay-plan/1'),
  kind: v.picklist(['replay', 'backfill']),
  mode: Replay.entries.mode,
  /** The first stage that is gone through again. */
  stage: v.picklist(['fetch', 'transform', 'upload']),
  selection: Selection,
  planned_at: SlotInstant,
  planned_by: v.string(),
  reason: v.nullable(v.string()),
  /** Of the weatherline that made the plan. */
  version: v.string(),
  totals: v.strictObject({ runs: Count, parts: Count, bytes: Count, calls: Count }),
  estimate_seconds: Count,
  /** What runs that were never planned are planned with, and who is asked. */
  request: v.nullable(
    v.strictObject({
      provider: ProviderId,
      calls_per_minute: v.nullable(Count),
      schedule: v.string(),
      part_size: Count,
      locations: v.array(Location),
    }),
  ),
  items: v.array(ReplayItem),
  gaps: v.array(Gap),
});
export type ReplayPlan = v.InferOutput<typeof ReplayPlan>;

/** A plan as it is stored. */
export type StoredPlan = { readonly id: string; readonly hash: string; readonly plan: ReplayPlan };

const ID_LENGTH = 12;
const MIN_HASH = 8;

/** `replays/<id>/<name>`. */
export function replayKey(id: string, name: string): string {
  return `replays/${id}/${name}`;
}

/** What tells parts apart: `20261123T060000Z/00001-of-00001`, the subject of their events. */
export function subjectOf({ run, part }: Pick<ReplayItem, 'run' | 'part'>): string {
  return `${run}/${partName(part)}`;
}

/** Stores a plan under the name that follows from its bytes. */
export async function storePlan(
  { store, put }: { readonly store: Pick<ObjectReader, 'get'>; readonly put: ObjectStore['put'] },
  plan: ReplayPlan,
): Promise<StoredPlan> {
  const body = Buffer.from(`${canonicalJson(plan)}\n`);
  const hash = sha256(body);
  const id = hash.slice(0, ID_LENGTH);
  const key = replayKey(id, 'plan.json');
  const created = await put(key, body, { ifNoneMatch: '*', contentType: 'application/json' });
  const found = created.stored ? undefined : await store.get(key);
  if (found !== undefined && Buffer.compare(found.body, body) !== 0) {
    throw new Failure(EXIT.conflict, `${key} is there already, and is not the plan with the hash ${hash}`);
  }
  return { id, hash, plan };
}

/** Finds a plan by its hash, or by 8 or more characters of it; its bytes must be what it is named by. */
export async function loadPlan(store: ObjectReader, text: string): Promise<StoredPlan> {
  if (!/^[0-9a-f]{8,64}$/.test(text)) {
    throw new Failure(
      EXIT.usage,
      `expected the hash of a plan, or ${MIN_HASH} or more characters of it, got '${text}'`,
    );
  }
  const [found, other] = await replaysUnder(store, `replays/${text.slice(0, ID_LENGTH)}`);
  if (other !== undefined) throw new Failure(EXIT.usage, `${text} names more than one plan: give more of its hash`);
  const object = found === undefined ? undefined : await store.get(replayKey(found, 'plan.json'));
  if (found === undefined || object === undefined) {
    throw new Failure(EXIT.notFound, `there is no plan ${text}: weatherline replay status lists what there is`);
  }
  const hash = sha256(object.body);
  if (!hash.startsWith(found) || !(hash.startsWith(text) || found === text)) {
    throw new Failure(EXIT.conflict, `${object.key} is not the plan that ${text} names: expected its bytes' SHA-256`);
  }
  return { id: found, hash, plan: parsed(ReplayPlan, object) };
}

/** The ids of all replays. */
export async function listReplays(store: ObjectReader): Promise<string[]> {
  return replaysUnder(store, 'replays/');
}

/** Others keep things under `replays/` too: what is not named as a plan is left out. */
async function replaysUnder(store: ObjectReader, prefix: string): Promise<string[]> {
  const ids: string[] = [];
  let startAfter: string | undefined;
  do {
    const more = startAfter === undefined ? {} : { startAfter };
    const page = await store.list({ prefix, delimiter: '/', ...more });
    ids.push(...page.prefixes.map((folder) => folder.slice('replays/'.length, -1)));
    startAfter = page.next;
  } while (startAfter !== undefined);
  return ids.filter((id) => /^[0-9a-f]{12}$/.test(id));
}

/** What an object of a replay says; one that is broken, or that another version wrote, is told as such. */
export function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  { key, body }: Pick<StoredObject, 'key' | 'body'>,
): v.InferOutput<Schema> {
  try {
    return v.parse(schema, JSON.parse(Buffer.from(body).toString('utf8')));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(EXIT.failed, `${key} cannot be read, or another version of weatherline wrote it: ${why}`, {
      cause,
    });
  }
}
