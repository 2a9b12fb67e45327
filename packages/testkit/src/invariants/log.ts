import {
  EVENTS,
  groupOf,
  ReadingsFetched,
  readingsKey,
  RecordsTransformed,
  RunRequested,
  topicOf,
  ProductStored,
} from '@weatherline/events';
import { memberAt, textAt, violation, type Evidence, type Where } from './evidence.ts';
import type { Letter, LoggedEvent, Snapshot } from './snapshot.ts';

const STAGES = [
  { name: 'fetch', accepts: RunRequested, emits: ReadingsFetched },
  { name: 'transform', accepts: ReadingsFetched, emits: RecordsTransformed },
  { name: 'upload', accepts: RecordsTransformed, emits: ProductStored },
] as const;

/** No offset is ahead of its effects; when all is settled, nothing lags. */
export async function checkOffsets(evidence: Evidence, snapshot: Snapshot): Promise<string[]> {
  const found: string[] = [];
  const set = new Set(snapshot.letters.map(({ id }) => id));
  for (const { name, accepts, emits } of STAGES) {
    for (const lane of evidence.lanes ?? (['live', 'replay'] as const)) {
      const topic = topicOf(accepts, lane);
      const group = groupOf(name, lane);
      const effects = effectsOf(snapshot.events.get(topicOf(emits, lane)) ?? []);
      const positions = await evidence.log.lag(group, topic);
      const committed = new Map(positions.map(({ partition, committed: at }) => [partition, at ?? 0]));
      for (const event of snapshot.events.get(topic) ?? []) {
        const { partition, offset } = event.message;
        if (offset >= (committed.get(partition) ?? 0) || set.has(`${topic}/${partition}/${offset}`)) continue;
        found.push(...(await checkEffect(evidence, event, effects, group)));
      }
      if (evidence.isSettled === false) continue;
      for (const { partition, lag } of positions) {
        if (lag > 0) found.push(violation('lag', { place: `${group} on ${topic}/${partition}` }, '0', String(lag)));
      }
    }
  }
  return found;
}

/** What was emitted, by what caused it: the cause's id, its replay and its key. */
function effectsOf(events: readonly LoggedEvent[]): Map<string, LoggedEvent> {
  const effects = new Map<string, LoggedEvent>();
  for (const event of events) {
    const { attributes } = event.envelope ?? {};
    if (attributes !== undefined) effects.set(nameOf(attributes['causationid'], attributes['replayid'], event), event);
  }
  return effects;
}

function nameOf(cause: string | undefined, replay: string | undefined, { message }: LoggedEvent): string {
  return `${cause}|${replay ?? ''}|${message.key}`;
}

async function checkEffect(
  { store }: Evidence,
  event: LoggedEvent,
  effects: ReadonlyMap<string, LoggedEvent>,
  group: string,
): Promise<string[]> {
  const { topic, partition, offset, key } = event.message;
  const [slot, part] = (event.envelope?.attributes['subject'] ?? key).split('/');
  const where: Where = { ...(slot === undefined ? {} : { slot }), ...(part === undefined ? {} : { part }) };
  const origin = { ...where, place: `${topic}/${partition}/${offset} committed by ${group}` };
  if (event.envelope === undefined) return [violation('offsets', origin, 'a dead letter of what is no event', 'none')];
  const { attributes } = event.envelope;
  const effect = effects.get(nameOf(attributes.id, attributes['replayid'], event));
  if (effect?.envelope === undefined)
    return [violation('offsets', origin, 'its output event or a dead letter', 'none')];
  const object = objectOf(effect);
  if (object === undefined || (await store.get(object)) !== undefined) return [];
  return [violation('offsets', origin, `the stored object ${object}`, 'nothing')];
}

/** The object that must be stored before an event is emitted. */
function objectOf({ envelope }: LoggedEvent): string | undefined {
  if (envelope?.attributes.type === ProductStored.type) return textAt(envelope.data, 'key');
  if (envelope?.attributes.type !== ReadingsFetched.type) return undefined;
  const part = {
    index: Number(textAt(envelope.data, 'part', 'index')),
    count: Number(textAt(envelope.data, 'part', 'count')),
  };
  return readingsKey(textAt(envelope.data, 'run', 'id') ?? '', part);
}

/** A dead letter is named after its origin and holds what lies there, byte for byte. */
export function checkLetters({ mayBeSetAside }: Evidence, snapshot: Snapshot): string[] {
  const found: string[] = [];
  const messages = new Map<string, LoggedEvent>();
  for (const event of EVENTS.flatMap(({ topic }) => [topic, `${topic}.replay`])) {
    for (const logged of snapshot.events.get(event) ?? []) {
      messages.set(`${logged.message.topic}/${logged.message.partition}/${logged.message.offset}`, logged);
    }
  }
  for (const letter of snapshot.letters) {
    const { origin, code } = letter;
    const coordinates = `${origin.topic}/${origin.partition}/${origin.offset}`;
    const [slot = '', part = ''] = letter.subject.split('/');
    const where = { slot, part, place: `the dead letter of ${coordinates}` };
    if (letter.id !== coordinates) found.push(violation('dead-letter', where, `the id ${coordinates}`, letter.id));
    if (mayBeSetAside?.(letter) === false) found.push(violation('dead-letter', where, 'none of this code', code));
    const event = messages.get(coordinates);
    if (event !== undefined) found.push(...checkVerbatim(letter, event, where));
  }
  return found;
}

function checkVerbatim({ original }: Letter, { message }: LoggedEvent, where: Where): string[] {
  const value = memberAt(original, 'value');
  const bytes = message.value === null ? null : Buffer.from(message.value).toString('base64');
  // What is too large to be set aside whole is named by its coordinates alone.
  const isLeftOut = value === null && Number(textAt(original, 'bytes')) === (message.value?.length ?? 0);
  const found: string[] = [];
  if (value !== bytes && !isLeftOut) found.push(violation('dead-letter', where, 'the original bytes', 'others'));
  if (textAt(original, 'key') !== message.key)
    found.push(violation('dead-letter', where, 'the original key', 'another'));
  if (JSON.stringify(memberAt(original, 'headers')) !== JSON.stringify(message.headers)) {
    found.push(violation('dead-letter', where, 'the original headers', 'others'));
  }
  return found;
}

/** A group's position in a partition never goes back. */
export function checkCommits({ commits = [] }: Evidence): string[] {
  const found: string[] = [];
  const positions = new Map<string, number>();
  for (const { group, topic, partition, offset } of commits) {
    const place = `${group} on ${topic}/${partition}`;
    const before = positions.get(place) ?? 0;
    if (offset < before) found.push(violation('commits', { place }, `an offset of at least ${before}`, String(offset)));
    positions.set(place, offset);
  }
  return found;
}
