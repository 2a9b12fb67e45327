import { parseProductKey } from '@weatherline/events';
import { gunzip, sha256, type StoredObject } from '@weatherline/runtime';
import { textAt, violation, type Evidence, type StoreWrite } from './evidence.ts';
import { listAll, memoData, readingsOf, type Snapshot } from './snapshot.ts';

/** Stored bytes change only by If-Match: a product with revision + 1, for a replay; a memo only grows; a plan stays. */
export function checkWrites({ writes = [] }: Evidence): string[] {
  return writes.flatMap(({ before, after, condition }) => {
    const place = after.key;
    if (before === undefined || Buffer.compare(before.body, after.body) === 0) return [];
    if (!('ifMatch' in condition) || condition.ifMatch !== before.etag) {
      return [violation('immutable', { place }, `a change by If-Match ${before.etag}`, JSON.stringify(condition))];
    }
    return checkChange({ before, after });
  });
}

function checkChange({ before, after }: { before: StoredObject; after: StoredObject }): string[] {
  const place = after.key;
  if (place.startsWith('weather-runs/')) return [violation('immutable', { place }, 'the plan as it was', 'another')];
  if (place.startsWith('weather-products/')) {
    const [was, is] = [before, after].map(({ metadata }) => Number(metadata['revision'] ?? 0));
    const isProduct = parseProductKey(place)?.kind === 'product';
    // A sidecar may skip revisions: it follows its product.
    const isNext = isProduct ? is === (was ?? 0) + 1 : (is ?? 0) > (was ?? 0);
    return isNext ? [] : [violation('immutable', { place }, `revision ${(was ?? 0) + 1}`, String(is))];
  }
  if (place.startsWith('weather-readings/')) {
    const kept = readingsOf(memoData(after));
    const lost = [...readingsOf(memoData(before))].filter(([id, reading]) => kept.get(id) !== reading);
    if (lost.length > 0) {
      return [
        violation(
          'immutable',
          { place },
          'every stored reading to stay',
          `other ones of ${lost.map(([id]) => id).join()}`,
        ),
      ];
    }
  }
  return [];
}

/** What lies under a product's name is what its metadata says; only a replay makes another revision. */
export async function checkProducts(evidence: Evidence, snapshot: Snapshot): Promise<string[]> {
  const found: string[] = [];
  const stored = storedEvents(snapshot);
  for (const { key } of await listAll(evidence, 'weather-products/')) {
    const object = parseProductKey(key)?.kind === 'product' ? await evidence.store.get(key) : undefined;
    if (object === undefined) continue;
    const { metadata } = object;
    const digest = sha256(object.body);
    const revision = metadata['revision'] ?? '0';
    if (metadata['sha256'] !== undefined && metadata['sha256'] !== digest) {
      found.push(violation('bytes', { place: key }, `sha256 ${metadata['sha256'].slice(0, 8)}`, digest.slice(0, 8)));
    }
    if (Number(revision) > 0 && metadata['replay'] === undefined) {
      found.push(violation('immutable', { place: key }, 'no revision without a replay', `revision ${revision}`));
    }
    for (const { attributes, data } of stored) {
      if (textAt(data, 'key') !== key) continue;
      const said = Number(textAt(data, 'revision'));
      const isSame = said === Number(revision) ? textAt(data, 'sha256') === digest : said < Number(revision);
      if (!isSame) found.push(violation('ends', { place: attributes.id }, `the bytes of ${key}`, `revision ${said}`));
    }
  }
  return found;
}

function storedEvents(snapshot: Snapshot) {
  return ['', '.replay'].flatMap((lane) =>
    (snapshot.events.get(`weatherline.product.stored${lane}`) ?? []).flatMap(({ envelope }) =>
      envelope === undefined ? [] : [envelope],
    ),
  );
}

/** The newest slot that a reader sees never goes back. */
export function checkLatest({ latest = [] }: Evidence): string[] {
  const found: string[] = [];
  let newest = '';
  for (const slot of latest) {
    if (slot < newest) found.push(violation('latest', {}, `${newest} or newer`, slot));
    else newest = slot;
  }
  return found;
}

/** No canary in any object, event, dead letter or line. */
export async function checkSecrets(evidence: Evidence, snapshot: Snapshot): Promise<string[]> {
  const { canaries = [], lines = [] } = evidence;
  if (canaries.length === 0) return [];
  const found: string[] = [];
  const look = (place: string, text: string): void => {
    if (canaries.some((canary) => text.includes(canary)))
      found.push(violation('secret', { place }, 'no secret', 'one'));
  };
  for (const { key } of await listAll(evidence, '')) {
    const object = await evidence.store.get(key);
    if (object !== undefined) look(`the object ${key}`, textOf(object));
  }
  for (const [topic, events] of snapshot.events) {
    for (const { message } of events) {
      look(
        `${topic}/${message.partition}/${message.offset}`,
        `${JSON.stringify(message.headers)}${Buffer.from(message.value ?? []).toString('latin1')}`,
      );
    }
  }
  for (const letter of snapshot.letters) {
    look(
      `the dead letter ${letter.id}`,
      `${JSON.stringify(letter)}${Buffer.from(textAt(letter.original, 'value') ?? '', 'base64').toString('latin1')}`,
    );
  }
  for (const [at, line] of lines.entries()) look(`line ${at + 1} of the log`, line);
  return found;
}

function textOf({ key, body, metadata }: StoredObject): string {
  const bytes = key.endsWith('.gz') ? gunzip(body, 2 ** 25) : body;
  return `${JSON.stringify(metadata)}${Buffer.from(bytes).toString('latin1')}`;
}

/** Was a memo already stored for long when a call was made? */
export function memoWrites(writes: readonly StoreWrite[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { at, after } of writes) {
    if (after.key.startsWith('weather-readings/') && !times.has(after.key)) times.set(after.key, at);
  }
  return times;
}
