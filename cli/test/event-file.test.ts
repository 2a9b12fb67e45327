import { readFileSync } from 'node:fs';
import { EVENTS } from '@weatherline/events';
import { decodeEvent, decodeStructured } from '@weatherline/runtime';
import test from 'ava';
import { checkEvent } from '../src/event-file.ts';
import { instantOf } from '../src/instant.ts';
import { maskedHeaders, plainLine, plainText } from '../src/plain-text.ts';

const golden = (type: string): string =>
  readFileSync(
    new URL(`../../packages/events/test/golden/${type.replace('dev.weatherline.', '')}.json`, import.meta.url),
    'utf8',
  );

function violationsOf(event: unknown): readonly string[] {
  return checkEvent(Buffer.from(typeof event === 'string' ? event : JSON.stringify(event))).violations;
}

for (const { type, topic } of EVENTS) {
  test(`a ${type} is sent as it is, to its topic`, (t) => {
    const bytes = Buffer.from(golden(type));
    const checked = checkEvent(bytes);
    if (!('message' in checked)) return t.fail(checked.violations.join('\n'));
    t.is(checked.definition.topic, topic);
    const { attributes, data } = decodeStructured(bytes);
    t.deepEqual(decodeEvent(checked.message).data, data);
    t.like(decodeEvent(checked.message).attributes, attributes);
    t.is(checked.message.key, attributes['partitionkey'] ?? attributes['subject'] ?? '');
  });
}

test('attributes that follow from the data may be left out, and those of the log are', (t) => {
  const event = JSON.parse(golden('dev.weatherline.product.stored.v1'));
  const { specversion, id, source, type, data } = event;
  const checked = checkEvent(
    Buffer.from(
      JSON.stringify({ specversion, id, source, type, data, topic: 'x', partition: 1, offset: 2, loggedat: 'y' }),
    ),
  );
  if (!('message' in checked)) return t.fail(checked.violations.join('\n'));
  const { headers } = checked.message;
  t.is(headers['ce_correlationid'], data.run.id);
  t.is(headers['ce_subject'], checked.message.key);
  t.false(['ce_topic', 'ce_partition', 'ce_offset', 'ce_loggedat'].some((name) => name in headers));
});

test('every violation is named: attributes, what follows from the data, and the data', (t) => {
  const event = JSON.parse(golden('dev.weatherline.product.stored.v1'));
  t.deepEqual(
    violationsOf({ ...event, id: 'mine', source: '/me', 'Not a name': 'x' }).map((line) => line.split(':')[0]),
    ['Not a name', 'id', 'source'],
  );
  const { key: _, ...data } = event.data;
  t.deepEqual(
    violationsOf({ ...event, source: '/me', data: { ...data, bytes: -1 } }).map((line) => line.split(':')[0]),
    ['source', 'key', 'bytes'],
  );
  t.deepEqual(
    violationsOf({ specversion: '0.3', datacontenttype: 'text/plain' }).map((line) => line.split(':')[0]),
    ['id', 'source', 'type', 'specversion', 'datacontenttype'],
  );
  t.regex(violationsOf({ ...event, type: 'dev.weatherline.unknown.v1' })[0] ?? '', /^type: expected one of/);
  t.regex(
    violationsOf({ ...event, data: { ...event.data, deep: JSON.parse('['.repeat(40) + ']'.repeat(40)) } })[0] ?? '',
    /32/,
  );
});

for (const text of ['', '{', '[]', 'null', '"text"', '[{}]']) {
  test(`${text === '' ? 'nothing' : text} is no event`, (t) => {
    t.regex(violationsOf(text)[0] ?? '', /one JSON object/);
  });
}

test('an instant is RFC 3339, a slot id, or how long ago; anything else is refused', (t) => {
  const now = new Date('2026-11-23T06:00:00Z');
  const read = (text: string): string => instantOf('--since', text, now).toISOString();
  t.is(read('20261123T050000Z'), '2026-11-23T05:00:00.000Z');
  t.is(read('2026-11-23T06:00:00.250+01:00'), '2026-11-23T05:00:00.250Z');
  t.is(read('90m'), '2026-11-23T04:30:00.000Z');
  for (const text of ['yesterday', '2026-11-23', '', '2026-13-23T06:00:00Z']) {
    t.throws(() => read(text), { message: /^--since: expected an instant/ });
  }
});

test('text of others moves no cursor and colours no line', (t) => {
  t.is(plainText('a\u001b[31mb\u0000\u009bc\n\td\u202e'), 'a\\u001b[31mb\\u0000\\u009bc\n\td\\u202e');
  t.is(plainLine(' a\n\tb  c '), 'a b c');
  t.is(plainLine('x'.repeat(300)).length, 200);
});

test('headers that look like credentials are not shown', (t) => {
  const hidden = {
    Authorization: 'x',
    'x-api-key': 'x',
    cookie: 'x',
    note: 'Bearer abc',
    url: 'https://example.org/?appid=0123',
    jwt: 'eyJhbGciOi.eyJzdWIi.x',
  };
  t.deepEqual(
    Object.values(maskedHeaders(hidden)),
    Object.keys(hidden).map(() => '(hidden)'),
  );
  const shown = {
    ce_id: '20261123T060000Z/00001-of-00001/fetch',
    'content-type': 'application/json',
    traceparent: '00-ab-cd-01',
  };
  t.deepEqual(maskedHeaders(shown), shown);
});
