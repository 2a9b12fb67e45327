import { deadLetterTopicOf } from '@weatherline/events';
import { WeatherlineError } from './errors.ts';
import { MAX_EVENT_BYTES } from './codec.ts';
import type { LoggedMessage, OutgoingMessage } from './ports.ts';

/**
 * Counts how often an event was put back on its origin topic. No CloudEvents attribute: the event stays the one it was.
 * A dead letter keeps its origin's headers, so the count outlives the next dead letter.
 */
export const REDRIVES_HEADER = 'weatherline-redrives';

/** How often an event was put back; one that never was has no such header. */
export function redrivesOf(headers: OutgoingMessage['headers']): number {
  const text = headers[REDRIVES_HEADER] ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** The original once more: its key, value and headers as they were, and one redrive more in the count. */
export function redriveOf({ key, value, headers }: OutgoingMessage): OutgoingMessage {
  return { key, value, headers: { ...headers, [REDRIVES_HEADER]: String(redrivesOf(headers) + 1) } };
}

/** Why an event was set aside. */
export type DeadLetterReason = {
  readonly class: 'permanent' | 'poison' | 'expired-retry';
  readonly code: string;
  readonly message: string;
  readonly stage: string;
  readonly group: string;
  readonly attempts: number;
  readonly at: Date;
};

/** The reason that an error gives; an unknown error has the code of its class. */
export function describe(error: unknown): { code: string; message: string } {
  if (error instanceof WeatherlineError) return { code: error.code, message: error.message };
  if (error instanceof Error) return { code: `UNKNOWN_${error.name.toUpperCase()}`, message: error.message };
  return { code: 'UNKNOWN', message: String(error) };
}

/**
 * The dead letter of a message: its bytes, key and headers verbatim, where it came from and why.
 *
 * Its id is the origin's coordinates, so writing it twice is harmless. Bytes over the limit are left out; the
 * coordinates say where they still are.
 */
export function deadLetterOf(
  origin: LoggedMessage,
  reason: DeadLetterReason,
): { topic: string; message: OutgoingMessage } {
  const id = `${origin.topic}/${origin.partition}/${origin.offset}`;
  const kept = origin.value !== null && origin.value.length <= MAX_EVENT_BYTES + 65_536;
  const message = reason.message.slice(0, 1024);
  const event = {
    specversion: '1.0',
    id,
    source: `/weatherline/${reason.stage}`,
    type: 'dev.weatherline.dead.letter.v1',
    subject: origin.headers['ce_subject'] ?? origin.key,
    time: reason.at.toISOString(),
    datacontenttype: 'application/json',
    ...(origin.headers['ce_correlationid'] === undefined ? {} : { correlationid: origin.headers['ce_correlationid'] }),
    ...(origin.headers['ce_id'] === undefined ? {} : { causationid: origin.headers['ce_id'] }),
    ...(origin.headers['ce_traceparent'] === undefined ? {} : { traceparent: origin.headers['ce_traceparent'] }),
    knativeerrordest: reason.group,
    knativeerrorcode: reason.code,
    knativeerrordata: Buffer.from(message).toString('base64').slice(0, 1024),
    data: {
      original: {
        key: origin.key,
        headers: origin.headers,
        value: kept && origin.value !== null ? Buffer.from(origin.value).toString('base64') : null,
        bytes: origin.value?.length ?? 0,
        timestamp: origin.timestamp,
      },
      origin: { topic: origin.topic, partition: origin.partition, offset: origin.offset, group: reason.group },
      failure: {
        class: reason.class,
        code: reason.code,
        message,
        stage: reason.stage,
        attempts: reason.attempts,
        at: reason.at.toISOString(),
      },
    },
  };
  return {
    topic: deadLetterTopicOf(origin.topic),
    message: {
      key: id,
      value: Buffer.from(JSON.stringify(event)),
      headers: { 'content-type': 'application/cloudevents+json' },
    },
  };
}
