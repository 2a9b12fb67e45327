import { readFileSync } from 'node:fs';
import { CloudEvent, HTTP, Kafka } from 'cloudevents';
import { EVENTS, ReadingsFetched } from '@weatherline/events';
import test from 'ava';
import {
  decodeEvent,
  decodeStructured,
  encodeEvent,
  encodeStructured,
  envelopeOf,
  MAX_EVENT_BYTES,
} from '../src/index.ts';

const golden = (type: string) => {
  const name = `../../events/test/golden/${type.replace('dev.weatherline.', '')}.json`;
  return decodeStructured(readFileSync(new URL(name, import.meta.url)));
};

for (const { type } of EVENTS) {
  const event = golden(type);

  test(`${type} comes back from binary and from structured mode as it went in`, (t) => {
    t.deepEqual(decodeEvent(encodeEvent(event)), event);
    const value = Buffer.from(encodeStructured(event));
    t.deepEqual(
      decodeEvent({ value, headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' } }),
      event,
    );
  });

  test(`${type} is spelt in headers as the CloudEvents SDK spells it`, (t) => {
    const { key, value, headers } = encodeEvent(event);
    const oracle = Kafka.binary(new CloudEvent({ ...event.attributes, data: event.data }));
    const theirs = Object.fromEntries(
      Object.entries(oracle.headers)
        // It also writes the word undefined for two attributes of an older version.
        .filter(([name, text]) => name.startsWith('ce_') && String(text) !== 'undefined')
        .map(([name, text]) => [name, String(text)]),
    );
    const ours = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('ce_')));
    // The SDK writes whole seconds with a fraction; it is the same instant.
    const instant = (all: Record<string, string>) => ({
      ...all,
      ce_time: new Date(all['ce_time'] ?? '').toISOString(),
    });
    // datacontenttype is Kafka's content-type in binary mode; the SDK repeats it.
    delete theirs['ce_datacontenttype'];
    t.deepEqual(instant(ours), instant(theirs));
    t.is(key, String(event.attributes['partitionkey']));
    t.deepEqual(JSON.parse(Buffer.from(value ?? []).toString()), event.data);
  });

  test(`${type} is valid to the SDK over HTTP`, (t) => {
    const headers = { 'content-type': 'application/cloudevents+json' };
    const read = HTTP.toEvent({ headers, body: encodeStructured(event) });
    t.false(Array.isArray(read));
    t.like(read, { id: event.attributes.id, type, source: event.attributes.source });
  });
}

test('what is no event is refused by what is wrong with it', (t) => {
  const headers = { ce_specversion: '1.0', ce_id: 'a', ce_source: '/b', ce_type: 'c' };
  const value = Buffer.from('{}');
  const cases: readonly (readonly [Parameters<typeof decodeEvent>[0], string])[] = [
    [{ value: null, headers }, 'INVALID_EVENT'],
    [{ value: Buffer.from('{'), headers }, 'INVALID_EVENT'],
    [{ value, headers: { ...headers, ce_specversion: '0.3' } }, 'INVALID_EVENT'],
    [{ value, headers: { ce_specversion: '1.0' } }, 'INVALID_EVENT'],
    [{ value: Buffer.from('['.repeat(33) + ']'.repeat(33)), headers }, 'EVENT_TOO_DEEP'],
    [{ value: Buffer.alloc(MAX_EVENT_BYTES + 1, 32), headers }, 'EVENT_TOO_LARGE'],
    [{ value: Buffer.from('[]'), headers: { 'content-type': 'application/cloudevents+json' } }, 'INVALID_EVENT'],
  ];
  for (const [message, code] of cases) t.throws(() => decodeEvent(message), { code });
  t.deepEqual(
    decodeEvent({ value: Buffer.from(`"${'['.repeat(99)}"`), headers }).data,
    '['.repeat(99),
    'brackets in a string nest nothing',
  );
});

test('an event that is too large to travel is refused before it is sent', (t) => {
  const { data } = golden(ReadingsFetched.type);
  const large = ReadingsFetched.parse({ ...ReadingsFetched.parse(data), padding: 'x'.repeat(MAX_EVENT_BYTES) });
  t.throws(() => encodeEvent(envelopeOf(ReadingsFetched, large)), { code: 'EVENT_TOO_LARGE' });
});
