import {
  InvalidEventData,
  ProductStored,
  ReadingsFetched,
  RecordsTransformed,
  RunRequested,
  type Chained,
  type EventDefinition,
} from '@weatherline/events';
import {
  decodeStructured,
  encodeEvent,
  envelopeOf,
  MAX_EVENT_BYTES,
  PermanentError,
  type OutgoingMessage,
} from '@weatherline/runtime';

/** What `events tail` adds to say where an event lay: no part of the event. */
const OF_THE_LOG: ReadonlySet<string> = new Set(['topic', 'partition', 'offset', 'loggedat', 'problem']);
/** Whoever sends an event may say these as he likes. */
const FREE: ReadonlySet<string> = new Set(['traceparent', 'datacontenttype', 'specversion']);
/** Names of CloudEvents attributes. */
const ATTRIBUTE = /^[a-z0-9]{1,64}$/;
/** Attributes and data of the largest event. */
export const MAX_FILE_BYTES = MAX_EVENT_BYTES + 64 * 1024;

type Kind = Pick<EventDefinition, 'type' | 'topic'>;

export type Checked =
  | { readonly violations: readonly string[] }
  | { readonly violations: readonly []; readonly definition: Kind; readonly message: OutgoingMessage };

/** Checks an event in structured JSON against the catalogue, and makes the message of it; names all that is wrong. */
export function checkEvent(bytes: Uint8Array): Checked {
  const parsed = parseJson(bytes);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return { violations: ['expected one JSON object: a CloudEvent in structured mode'] };
  }
  const members = new Map<string, unknown>(Object.entries(parsed));
  const { attributes, violations } = readAttributes(members);
  const { type } = attributes;
  const check = type === undefined ? undefined : CHECKS.get(type);
  if (type !== undefined && check === undefined) {
    violations.push(`type: expected one of ${[...CHECKS.keys()].join(', ')}, got ${type}`);
  }
  const checked = check?.(attributes, members.get('data'));
  if (checked !== undefined && violations.length === 0) {
    const limit = limitOf(bytes);
    return limit === undefined ? checked : { violations: [limit] };
  }
  return { violations: [...violations, ...(checked?.violations ?? [])] };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

const REQUIRED = ['specversion', 'id', 'source', 'type'] as const;

function readAttributes(members: ReadonlyMap<string, unknown>): {
  attributes: Readonly<Record<string, string>>;
  violations: string[];
} {
  const violations: string[] = [];
  const attributes: Record<string, string> = {};
  for (const [name, member] of members) {
    if (name === 'data' || OF_THE_LOG.has(name)) continue;
    if (!ATTRIBUTE.test(name)) violations.push(`${name}: is no name of an attribute`);
    else if (['string', 'number', 'boolean'].includes(typeof member)) attributes[name] = String(member);
    else violations.push(`${name}: expected text`);
  }
  for (const name of REQUIRED) if (!attributes[name]) violations.push(`${name}: is required`);
  const { specversion = '1.0', datacontenttype = 'application/json' } = attributes;
  if (specversion !== '1.0') violations.push(`specversion: expected 1.0, got ${specversion}`);
  if (!/^application\/json\b/i.test(datacontenttype)) {
    violations.push(`datacontenttype: expected application/json, got ${datacontenttype}`);
  }
  return { attributes, violations };
}

/** What the functions would not read either: too deep, or control characters in an attribute. */
function limitOf(bytes: Uint8Array): string | undefined {
  try {
    decodeStructured(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof PermanentError) return error.message;
    throw error;
  }
}

type Check = (attributes: Readonly<Record<string, string>>, data: unknown) => Checked;

/** By type; each closes over its own definition, whose data has a type of its own. */
const CHECKS: ReadonlyMap<string, Check> = new Map([
  entry(RunRequested),
  entry(ReadingsFetched),
  entry(RecordsTransformed),
  entry(ProductStored),
]);

function entry<Data extends Chained>(definition: EventDefinition<Data>): [string, Check] {
  return [definition.type, (attributes, data) => checkAs(definition, attributes, data)];
}

function checkAs<Data extends Chained>(
  definition: EventDefinition<Data>,
  given: Readonly<Record<string, string>>,
  data: unknown,
): Checked {
  try {
    const expected = envelopeOf(definition, definition.parse(data));
    const violations = differences(given, expected.attributes);
    if (violations.length > 0) return { violations };
    // The event keeps its own data: what parses may lack what the schema does not know.
    const message = encodeEvent({ attributes: { ...expected.attributes, ...given }, data });
    return { violations: [], definition, message };
  } catch (error) {
    const source = `/weatherline/${definition.stage}`;
    if (error instanceof InvalidEventData) {
      return { violations: [...differences(given, { source }), ...error.violations] };
    }
    if (error instanceof PermanentError) return { violations: [error.message] };
    throw error;
  }
}

/** Everything that leaves a process is named from the slot: an attribute that says otherwise is wrong. */
function differences(
  given: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(given).flatMap(([name, text]) => {
    const wanted = expected[name];
    if (wanted === undefined || wanted === text || text === '' || FREE.has(name)) return [];
    return [`${name}: expected ${wanted}, got ${text}`];
  });
}
