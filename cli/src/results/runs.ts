import * as v from 'valibot';

const text = (says: string) => v.pipe(v.string(), v.description(says));
const instant = (says: string) => v.pipe(v.string(), v.isoTimestamp(), v.description(`${says}; RFC 3339 UTC`));
const count = (says: string) => v.pipe(v.number(), v.integer(), v.minValue(0), v.description(says));
const milliseconds = (says: string) => v.pipe(v.number(), v.minValue(0), v.description(`${says}, in milliseconds`));
const slot = v.pipe(v.string(), v.regex(/^\d{8}T\d{6}Z$/), v.description('The slot id, such as 20261123T060000Z'));
const part = v.pipe(v.string(), v.regex(/^\d{5}-of-\d{5}$/), v.description('Which part, such as 00001-of-00002'));

export const RunState = v.pipe(
  v.picklist(['complete', 'partial', 'failed', 'open', 'missing']),
  v.description(
    'complete: every part is stored and no location is known to have failed; partial: some locations are not there; ' +
      'failed: nothing is stored, and nothing will be by itself; open: a part is neither stored nor set aside yet; ' +
      'missing: the schedule has the slot, and nobody has asked for it',
  ),
);
export type RunState = v.InferOutput<typeof RunState>;

const summary = {
  run: slot,
  state: RunState,
  reason: v.nullable(text('Why the run was asked for: schedule, manual, backfill or replay; null = no plan is stored')),
  parts: v.nullable(count('How many parts were planned; null = nobody planned it')),
  stored: count('How many parts are stored'),
  locations: v.nullable(count('How many locations were planned')),
  failed_locations: v.nullable(
    count('How many locations of the stored parts are no record; null = more parts than a list looks into'),
  ),
  revision: v.nullable(count('How often the product was replaced, the highest of its parts; null = nothing is stored')),
  requested_at: v.nullable(instant('When the plan was stored')),
  stored_at: v.nullable(instant('When the last part was stored, or replaced')),
  duration_ms: v.nullable(
    milliseconds('From the request to the last part stored; null when something is missing or was replaced'),
  ),
  dead_letters: count('How many of its events are set aside'),
} as const;

/** What `runs list --json` prints. */
export const RunsList = v.strictObject({
  schedule: text('The cron expression that says which slots there are, UTC'),
  items: v.pipe(v.array(v.strictObject(summary)), v.description('Newest first')),
});
export type RunsList = v.InferOutput<typeof RunsList>;
export type RunListed = RunsList['items'][number];

const Stage = v.strictObject({
  stage: v.picklist(['trigger', 'fetch', 'transform', 'upload']),
  state: v.pipe(
    v.picklist(['done', 'waiting', 'dead_letter', 'not_reached']),
    v.description('waiting: what it needs is there, and it is not done'),
  ),
  started_at: v.nullable(instant('When the stage began; null = not, or the log no longer has the event')),
  ended_at: v.nullable(instant('When it was done, or gave up')),
  waited_ms: v.nullable(milliseconds('From the end of the stage before it to its start')),
  duration_ms: v.nullable(milliseconds('From its start to its end')),
  attempts: v.nullable(count('Tries of the event, the last one included')),
  times: count('How often the stage has emitted its event: more than once after a second trigger or a redrive'),
});
export type StageShown = v.InferOutput<typeof Stage>;

const Pass = v.strictObject({
  replay: v.nullable(text('The id of the replay or retry; null = the run itself')),
  mode: v.nullable(text('What a replay may do with a product that exists: fill, replace or verify')),
  lane: v.nullable(
    v.pipe(v.picklist(['live', 'replay']), v.description('On which topics; null = the log no longer says')),
  ),
  started_at: v.nullable(instant('The first instant that is known')),
  ended_at: v.nullable(instant('The last instant that is known')),
  duration_ms: v.nullable(milliseconds('Between the two')),
  parts: v.array(
    v.strictObject({
      part,
      outcome: v.nullable(text('What upload did: created, unchanged, kept, replaced or verified')),
      stages: v.pipe(v.array(Stage), v.description('In the order of the chain')),
    }),
  ),
  sums: v.pipe(
    v.array(
      v.strictObject({
        stage: Stage.entries.stage,
        waited_ms: milliseconds('Waits of all parts'),
        duration_ms: milliseconds('Work of all parts'),
      }),
    ),
    v.description('Over all parts; stages that ran at the same time are counted each'),
  ),
});
export type PassShown = v.InferOutput<typeof Pass>;

/** What `runs show --json` prints. */
export const RunShown = v.strictObject({
  ...summary,
  expires_at: v.nullable(instant('When the next slot begins: later only a provider with history is asked')),
  log: v.pipe(
    v.picklist(['kept', 'gone', 'none']),
    v.description('Are the events of the run in the log? gone: older than 14 days; none: no event was ever published'),
  ),
  readings: v.strictObject({
    archived: count('How many parts have readings in the archive'),
    expected: v.nullable(count('How many parts there are')),
  }),
  products: v.array(
    v.strictObject({
      part,
      key: text('The key of the object'),
      etag: text('Its ETag'),
      revision: count('How often it was replaced'),
      bytes: count('Its length'),
      sha256: v.nullable(text('Of its bytes, in hex; null = the object does not say')),
      records: v.nullable(count('Its lines; null = the object does not say')),
      replay: v.nullable(text('The replay or retry that wrote it')),
      stored_at: instant('When it was stored'),
    }),
  ),
  failures: v.pipe(
    v.array(
      v.strictObject({
        location: text('The location id'),
        part,
        code: text('Why it is no record'),
        detail: v.nullable(text('More about it')),
      }),
    ),
    v.description('The locations of stored parts that are no record'),
  ),
  dead_letter_items: v.pipe(
    v.array(
      v.strictObject({
        id: text('The id that dlq commands take'),
        part: v.nullable(part),
        stage: text('Which stage gave up'),
        code: text('Why'),
        message: text('Why, in words'),
        at: instant('When it was set aside'),
        attempts: count('Tries of the event'),
        replay: v.nullable(text('The replay or retry it belongs to')),
        redrive: text('The command that puts it back'),
      }),
    ),
    v.description('Oldest first'),
  ),
  passes: v.pipe(v.array(Pass), v.description('The run itself, then the replays and retries that touched it')),
  next: v.pipe(v.array(v.string()), v.description('Commands that may help now')),
});
export type RunShown = v.InferOutput<typeof RunShown>;

/** What `runs retry --json` prints. */
export const RunRetried = v.strictObject({
  run: slot,
  replay: v.nullable(text('The id of the retry, as events and objects carry it; null = nothing was asked for')),
  lane: v.nullable(v.picklist(['live', 'replay'])),
  parts: v.pipe(v.array(part), v.description('The parts that were asked for')),
  asked: v.pipe(v.array(text('A location id')), v.description('The locations that are asked for again')),
  result: v.pipe(
    v.picklist(['nothing', 'requested', 'complete', 'partial', 'dead_letter', 'timeout']),
    v.description(
      'nothing: all is there; requested: published, and not waited for; complete: all asked for is there now; ' +
        'partial: some locations failed again; dead_letter: a part was set aside; timeout: it goes on',
    ),
  ),
  failures: v.array(v.strictObject({ location: text('The location id'), code: text('Why it failed again') })),
  dead_letters: v.array(
    v.strictObject({ id: text('The id that dlq commands take'), code: text('Why'), message: text('Why, in words') }),
  ),
});
export type RunRetried = v.InferOutput<typeof RunRetried>;
