import { canonicalJson, ProductStored, ReadingsFetched, RunRequested } from '@weatherline/events';
import { listAt, memberAt, textAt, violation, type Evidence } from './evidence.ts';
import { memoData, readingsOf, type PlannedPart, type PlannedRun, type Snapshot } from './snapshot.ts';

/** Every location of every plan ends once: as a record, a listed failure, or in its part's dead letter. */
export async function checkParts(evidence: Evidence, snapshot: Snapshot): Promise<string[]> {
  const found: string[] = [];
  for (const run of snapshot.runs) {
    const seen = new Map<string, number>();
    for (const part of run.parts) found.push(...(await checkPart(evidence, snapshot, run, part, seen)));
    for (const [location, times] of seen) {
      if (times > 1) found.push(violation('unique', { slot: run.id }, `${location} once`, `${times} records`));
    }
  }
  return found;
}

async function checkPart(
  evidence: Evidence,
  snapshot: Snapshot,
  run: PlannedRun,
  planned: PlannedPart,
  seen: Map<string, number>,
): Promise<string[]> {
  const { product, name } = planned;
  const where = { slot: run.id, part: name };
  const ends = endsOf(snapshot, run, planned);
  const found: string[] = [];
  if (evidence.isSettled !== false && ends.stored.length === 0 && ends.letters === 0) {
    const invariant = ends.isRequested ? 'ends' : 'requested';
    const expected = ends.isRequested ? 'product.stored or a dead letter' : 'a planned part to be asked for';
    found.push(violation(invariant, where, expected, 'neither'));
  }
  for (const { key } of ends.stored) {
    if ((await evidence.store.get(key)) === undefined) {
      found.push(violation('ends', where, `the object ${key} that product.stored names`, 'nothing'));
    }
  }
  if (product === undefined) return found;
  if (product.metadata['run'] === undefined) {
    // Somebody else's product stays as it is: the part was set aside, or asked to keep it.
    const taken = ends.stored.find(({ key, outcome }) => key === product.key && outcome !== 'kept');
    if (taken !== undefined)
      found.push(violation('no-loss', where, 'a product of this run', `${taken.outcome}: another`));
    return found;
  }
  const body = Buffer.from(product.body).toString('utf8');
  found.push(...checkBytes(run, planned, body));
  const records = linesOf(body).map((line) => textAt(parse(line), 'location_id') ?? '');
  for (const id of records) seen.set(id, (seen.get(id) ?? 0) + 1);
  const failures = listAt(metaOf(planned), 'failures').map((failure) => textAt(failure, 'location') ?? '');
  for (const id of planned.locations) {
    const times = records.filter((one) => one === id).length + failures.filter((one) => one === id).length;
    if (times === 1 || (times === 0 && ends.letters > 0)) continue;
    const got = times === 0 ? 'neither' : `${times} of them`;
    found.push(violation('no-loss', where, `${id} as a record or a listed failure`, got));
  }
  for (const id of [...records, ...failures]) {
    if (!planned.locations.includes(id)) found.push(violation('no-loss', where, 'planned locations only', id));
  }
  found.push(...(await checkMade(evidence, where, planned)));
  return found;
}

type Ends = {
  readonly stored: readonly { readonly key: string; readonly outcome: string }[];
  readonly letters: number;
  readonly isRequested: boolean;
};

function endsOf(snapshot: Snapshot, run: PlannedRun, { name }: PlannedPart): Ends {
  const subject = `${run.id}/${name}`;
  const eventsOn = (topic: string): unknown[] =>
    [topic, `${topic}.replay`].flatMap((lane) =>
      (snapshot.events.get(lane) ?? []).flatMap(({ envelope }) =>
        envelope?.attributes['subject'] === subject ? [envelope.data] : [],
      ),
    );
  return {
    stored: eventsOn(ProductStored.topic).map((data) => ({
      key: textAt(data, 'key') ?? '',
      outcome: textAt(data, 'outcome') ?? '',
    })),
    letters: snapshot.letters.filter((one) => one.subject === subject).length,
    isRequested: eventsOn(RunRequested.topic).length > 0,
  };
}

function linesOf(body: string): string[] {
  return body.split('\n').filter((line) => line !== '');
}

function parse(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed;
  } catch {
    return undefined;
  }
}

function metaOf({ meta }: PlannedPart): unknown {
  return meta === undefined ? undefined : parse(Buffer.from(meta.body).toString('utf8'));
}

/** A product is canonical lines of its slot, sorted by location, and its sidecar is about these bytes. */
function checkBytes(run: PlannedRun, planned: PlannedPart, body: string): string[] {
  const where = { slot: run.id, part: planned.name };
  const lines = linesOf(body);
  const found: string[] = [];
  const ids = lines.map((line) => textAt(parse(line), 'location_id') ?? '');
  if (ids.join('\n') !== ids.toSorted().join('\n')) {
    found.push(violation('bytes', where, 'lines sorted by location', ids.join(', ')));
  }
  if (!body.endsWith('\n') || lines.some((line) => canonicalJson(parse(line)) !== line)) {
    found.push(violation('bytes', where, 'canonical JSON, a line feed at every end', `${body.slice(0, 60)}…`));
  }
  const slot = textAt(run.plan, 'run', 'slot');
  const strange = lines.map((line) => textAt(parse(line), 'slot')).find((one) => one !== slot);
  if (strange !== undefined) found.push(violation('bytes', where, `records of ${slot}`, strange));
  const sidecar = textAt(metaOf(planned), 'product', 'sha256');
  const digest = planned.product?.metadata['sha256'];
  if (sidecar !== digest) {
    found.push(violation('meta', where, `a sidecar of ${digest?.slice(0, 8)}`, sidecar?.slice(0, 8) ?? 'none'));
  }
  return found;
}

async function checkMade(
  { expectedProduct }: Evidence,
  where: { slot: string; part: string },
  { memo, product }: PlannedPart,
): Promise<string[]> {
  if (expectedProduct === undefined || memo === undefined || product === undefined) return [];
  const expected = await expectedProduct(memo.body);
  if (expected !== undefined && Buffer.compare(expected, product.body) === 0) return [];
  return [violation('determinism', where, 'what transform makes of the stored readings', 'other bytes')];
}

/** A run is planned once: every request repeats its plan, and whatever fetch emits is what it stored. */
export function checkPlans({ runs: expected }: Evidence, snapshot: Snapshot): string[] {
  const found: string[] = [];
  if (expected !== undefined) {
    for (const { id } of snapshot.runs) {
      if (!expected.includes(id)) found.push(violation('schedule', { slot: id }, 'no run of this slot', 'a plan'));
    }
    for (const id of expected) {
      if (!snapshot.runs.some((run) => run.id === id)) {
        found.push(violation('schedule', { slot: id }, 'a run of this slot', 'no plan'));
      }
    }
  }
  for (const { id, plan, storedAt } of snapshot.runs) found.push(...checkOpening(id, plan, storedAt));
  const planned = new Map(
    snapshot.runs.flatMap((run) => run.parts.map((part) => [`${run.id}/${part.name}`, { run, part }] as const)),
  );
  for (const [definition, check] of [
    [RunRequested, checkRequest],
    [ReadingsFetched, checkFetched],
  ] as const) {
    for (const lane of ['', '.replay']) {
      for (const { envelope } of snapshot.events.get(`${definition.topic}${lane}`) ?? []) {
        const subject = envelope?.attributes['subject'];
        // What is no event of ours is a dead letter's business.
        if (envelope?.attributes.type === definition.type && subject !== undefined) {
          found.push(...check(subject, envelope.data, planned));
        }
      }
    }
  }
  for (const run of snapshot.runs) for (const part of run.parts) found.push(...checkPrevious(run, part, snapshot));
  return found;
}

/** How far clocks may differ, and how long a plan may take to be stored. */
const OPENING_MS = 30_000;

/** Only the current slot is ever opened by the schedule: not before it has come, not after the next one has. */
function checkOpening(slot: string, plan: unknown, storedAt: Date): string[] {
  if (textAt(plan, 'run', 'reason') !== 'schedule') return [];
  const [from, until] = [textAt(plan, 'run', 'slot'), textAt(plan, 'expiresAt')].map((at) => Date.parse(at ?? ''));
  const at = storedAt.getTime();
  const isCurrent = at > (from ?? at) - OPENING_MS && at < (until ?? at) + OPENING_MS;
  return isCurrent
    ? []
    : [violation('schedule', { slot }, 'a slot to be opened while it is current', storedAt.toISOString())];
}

type Planned = ReadonlyMap<string, { readonly run: PlannedRun; readonly part: PlannedPart }>;

function checkRequest(subject: string, data: unknown, planned: Planned): string[] {
  const [slot = '', part = ''] = subject.split('/');
  const plan = planned.get(subject);
  if (plan === undefined) return [violation('plan', { slot, part }, 'a stored plan with this part', 'none')];
  const asked = listAt(data, 'locations').map((location) => textAt(location, 'id') ?? '');
  const wanted = plan.part.locations;
  const found: string[] = [];
  if (asked.join() !== wanted.join()) found.push(violation('plan', { slot, part }, wanted.join(), asked.join()));
  for (const name of ['previousSlot', 'expiresAt']) {
    const expected = textAt(plan.run.plan, name);
    const got = textAt(data, name);
    if (expected !== got) found.push(violation('plan', { slot, part }, `${name} ${expected}`, String(got)));
  }
  return found;
}

function checkFetched(subject: string, data: unknown, planned: Planned): string[] {
  const memo = planned.get(subject)?.part.memo;
  const [slot = '', part = ''] = subject.split('/');
  if (memo === undefined) return [violation('memo', { slot, part }, 'the readings to be stored', 'nothing')];
  const stored = memoData(memo);
  const kept = readingsOf(stored);
  const found: string[] = [];
  for (const [location, reading] of readingsOf(data)) {
    if (kept.get(location) !== reading) {
      found.push(violation('memo', { slot, part }, `the stored reading of ${location}`, 'another answer'));
    }
  }
  if (textAt(data, 'collectedAt') !== textAt(stored, 'collectedAt')) {
    found.push(violation('memo', { slot, part }, 'collectedAt as stored', String(textAt(data, 'collectedAt'))));
  }
  return found;
}

/** How long a handling of fetch may have run before it stored what it has. */
const COLLECTING_MS = 5 * 60_000;

/** What fetch says of the past is what was stored of the slot before, and it is said when it was there. */
function checkPrevious(run: PlannedRun, { memo, name, locations }: PlannedPart, snapshot: Snapshot): string[] {
  if (memo === undefined) return [];
  const data = memoData(memo);
  const where = { slot: run.id, part: name };
  const before = textAt(run.plan, 'previousSlot');
  const earlier = snapshot.runs.find(({ plan }) => textAt(plan, 'run', 'slot') === before);
  // A run that was split otherwise may still be whole in one part.
  const source = earlier?.parts.find((part) => part.name === name || part.part.count === 1)?.memo;
  const previous = memberAt(data, 'previous');
  if (typeof previous !== 'object' || previous === null) {
    if (source === undefined || textAt(memoData(source), 'provider') !== textAt(data, 'provider')) return [];
    const isThere = locations.some((id) => readingsOf(memoData(source)).has(id));
    const isOld = source.lastModified.getTime() + COLLECTING_MS < Date.parse(textAt(data, 'collectedAt') ?? '');
    return isThere && isOld ? [violation('previous', where, `the readings of ${before}`, 'none')] : [];
  }
  const found: string[] = [];
  const slot = textAt(previous, 'slot');
  if (slot !== before) found.push(violation('previous', where, `readings of ${before}`, String(slot)));
  const stored = source === undefined ? new Map<string, string>() : readingsOf(memoData(source));
  for (const [location, reading] of readingsOf(previous)) {
    if (stored.get(location) !== reading) {
      found.push(violation('previous', where, `what was stored of ${location} at ${before}`, 'something else'));
    }
  }
  return found;
}
