import { transcode } from 'node:buffer';
import { partName, type Chained, type EventDefinition } from '@weatherline/events';
import { sha256 } from './digest.ts';
import { PermanentError } from './errors.ts';
import type { OutgoingMessage } from './ports.ts';

/** The largest event that travels; over that it is a dead letter. */
export const MAX_EVENT_BYTES = 1024 * 1024;
const MAX_DEPTH = 32;

/** A CloudEvent 1.0: context attributes as text, and data that nobody has checked yet. */
export type Envelope = { readonly attributes: Attributes; readonly data: unknown };
export type Attributes = Readonly<Record<string, string>> & {
  readonly specversion: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
};

export type Stamps = { readonly startedAt: Date; readonly endedAt: Date; readonly attempt: number };

/** Wraps data as the event of its definition: everything but the stamps follows from the data alone. */
export function envelopeOf<Data extends Chained>(
  definition: EventDefinition<Data>,
  data: Data,
  cause?: { readonly attributes: Attributes; readonly stamps: Stamps },
): Envelope {
  const subject = `${data.run.id}/${partName(data.part)}`;
  const expiry = definition.expiryOf(data);
  const attributes = {
    specversion: '1.0',
    id: definition.idOf(data),
    source: `/weatherline/${definition.stage}`,
    type: definition.type,
    subject,
    time: definition.timeOf(data),
    datacontenttype: 'application/json',
    dataschema: `https://weatherline.dev/schemas/${definition.type}.json`,
    partitionkey: subject,
    correlationid: data.run.id,
    traceparent: cause?.attributes['traceparent'] ?? traceparentOf(data.run.id),
    ...(expiry === undefined ? {} : { expirytime: expiry }),
    ...(data.replay === undefined ? {} : { replayid: data.replay.id }),
    ...(cause === undefined ? {} : { causationid: cause.attributes.id, ...stampAttributes(cause.stamps) }),
  };
  return { attributes, data };
}

/** The trace of a run follows from its id, so that a second trigger continues the same trace. */
function traceparentOf(runId: string): string {
  const hash = sha256(runId);
  return `00-${hash.slice(0, 32)}-${hash.slice(32, 48)}-01`;
}

function stampAttributes({ startedAt, endedAt, attempt }: Stamps): Record<string, string> {
  return { startedat: startedAt.toISOString(), endedat: endedAt.toISOString(), attempt: String(attempt) };
}

/** Kafka's binary content mode: attributes as `ce_` headers, data as the value, key = `partitionkey`. */
export function encodeEvent({ attributes, data }: Envelope): OutgoingMessage {
  return messageOf(attributes, utf8(JSON.stringify(data)));
}

/** The same, of data that are bytes already. */
export function messageOf(attributes: Attributes, value: Uint8Array): OutgoingMessage {
  if (value.length > MAX_EVENT_BYTES) {
    throw new PermanentError(
      'EVENT_TOO_LARGE',
      `event ${attributes.id}: expected at most ${MAX_EVENT_BYTES} bytes of data, got ${value.length}`,
    );
  }
  const headers: Record<string, string> = { 'content-type': attributes['datacontenttype'] ?? 'application/json' };
  for (const [name, text] of Object.entries(attributes)) {
    if (name !== 'datacontenttype') headers[headerOf(name)] = text;
  }
  // Kafka's own header carries the hop's context; ce_traceparent stays the start of the trace.
  const { traceparent } = attributes;
  if (traceparent !== undefined) headers['traceparent'] = traceparent;
  return { key: attributes['partitionkey'] ?? attributes.id, value, headers };
}

/**
 * UTF-8 by way of UTF-16, as the text lies in memory: where one name is outside Latin-1, four times as fast as
 * Buffer.from.
 */
function utf8(text: string): Buffer {
  return transcode(Buffer.from(text, 'utf16le'), 'utf16le', 'utf8');
}

/** The names of the attributes that our own events carry: a known string costs no new one, nor a new hidden class. */
const HEADERS = new Map(
  [
    'specversion id source type subject time dataschema partitionkey correlationid causationid',
    'traceparent expirytime replayid startedat endedat attempt',
  ]
    .flatMap((names) => names.split(' '))
    .map((name): [string, string] => [name, `ce_${name}`]),
);
const ATTRIBUTES = new Map([...HEADERS].map(([name, header]): [string, string] => [header, name]));

function headerOf(attribute: string): string {
  return HEADERS.get(attribute) ?? `ce_${attribute}`;
}

function attributeOf(header: string): string | undefined {
  return ATTRIBUTES.get(header) ?? (header.startsWith('ce_') ? header.slice(3) : undefined);
}

/** One JSON object that holds attributes and data: dead letters and archives, readable by themselves. */
export function encodeStructured({ attributes, data }: Envelope): string {
  return JSON.stringify({ ...attributes, data });
}

/** Reads either content mode; throws a PermanentError that says what is wrong. */
export function decodeEvent({ value, headers }: Pick<OutgoingMessage, 'value' | 'headers'>): Envelope {
  if (value === null) throw invalid('a message without a value is no event');
  if (value.length > MAX_EVENT_BYTES) {
    throw new PermanentError('EVENT_TOO_LARGE', `expected at most ${MAX_EVENT_BYTES} bytes, got ${value.length}`);
  }
  const contentType = (headers['content-type'] ?? '').toLowerCase();
  const parsed = parseJson(value);
  return contentType.startsWith('application/cloudevents') ? structured(parsed) : binary(headers, parsed);
}

/** Reads a structured CloudEvent from the bytes of an archive. */
export function decodeStructured(bytes: Uint8Array): Envelope {
  return structured(parseJson(bytes));
}

function binary(headers: Readonly<Record<string, string>>, data: unknown): Envelope {
  const attributes: Record<string, string> = {};
  // In binary mode the content type is a header of the transport.
  const contentType = headers['content-type'];
  if (contentType !== undefined) attributes['datacontenttype'] = contentType;
  for (const [name, text] of Object.entries(headers)) {
    const attribute = attributeOf(name);
    if (attribute !== undefined) attributes[attribute] = text;
  }
  return { attributes: checked(attributes), data };
}

function structured(parsed: unknown): Envelope {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalid('expected a JSON object');
  const attributes: Record<string, string> = {};
  let data: unknown;
  for (const [name, member] of Object.entries(parsed)) {
    if (name === 'data') data = member;
    else if (['string', 'number', 'boolean'].includes(typeof member)) attributes[name] = String(member);
  }
  return { attributes: checked(attributes), data };
}

/** What CloudEvents 1.0 forbids in a string, and what is left of bytes that were no text. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const NO_TEXT = /[\u0000-\u001f\u007f-\u009f\ufffd]/;

function checked(attributes: Record<string, string>): Attributes {
  const { specversion, id, source, type } = attributes;
  if (specversion !== '1.0') throw invalid(`specversion: expected 1.0, got ${specversion ?? 'nothing'}`);
  if (id === undefined || id === '') throw invalid('id: is required');
  if (source === undefined || source === '') throw invalid('source: is required');
  if (type === undefined || type === '') throw invalid('type: is required');
  for (const [name, text] of [
    ['id', id],
    ['source', source],
    ['type', type],
  ] as const) {
    if (NO_TEXT.test(text)) throw invalid(`${name}: expected text without control characters`);
  }
  return Object.assign(attributes, { specversion, id, source, type });
}

/** JSON of somebody else's: throws a PermanentError for what is none, or too deep. */
export function parseJson(bytes: Uint8Array): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (cause) {
    throw new PermanentError('INVALID_EVENT', 'the value is not JSON', { cause });
  }
  if (typeof parsed === 'object' && parsed !== null && isDeeperThan(MAX_DEPTH, parsed)) {
    throw new PermanentError('EVENT_TOO_DEEP', `expected JSON at most ${MAX_DEPTH} levels deep`);
  }
  return parsed;
}

/** JSON.parse itself takes any depth; whatever walks over the value after it recurses, and this stops in time. */
function isDeeperThan(levels: number, value: object): boolean {
  if (levels === 0) return true;
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  // Most members hold nothing, and a call for each is dear.
  for (const member of members) {
    if (typeof member === 'object' && member !== null && isDeeperThan(levels - 1, member)) return true;
  }
  return false;
}

function invalid(message: string): PermanentError {
  return new PermanentError('INVALID_EVENT', message);
}
