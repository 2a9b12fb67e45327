import { setTimeout as delay } from 'node:timers/promises';
import {
  decodeEvent,
  encodeStructured,
  gzip,
  outputOf,
  readingsAgain,
  systemClock,
  type Logger,
} from '@weatherline/runtime';
import { transform } from '@weatherline/transform';
import test from 'ava';
import { readingsEvents } from '../../bench/support/replay.ts';
import { SecondThread } from '../src/thread/second-thread.ts';

const log: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const startedAt = new Date('2026-03-29T06:00:31Z');

function handling(signal = new AbortController().signal) {
  return { startedAt, attempt: 1, log, clock: systemClock, signal };
}

test('the second thread makes what the first one would, and several at once', async (t) => {
  await using thread = new SecondThread();
  const messages = readingsEvents(3);
  const made = await Promise.all(messages.map(async (message) => thread.make(message, handling())));
  for (const [at, message] of messages.entries()) {
    const there = made[at];
    const here = await outputOf(transform, message, handling());
    if (there === undefined) return t.fail('nothing was made');
    t.deepEqual(decodeEvent(there).data, decodeEvent(here).data);
    t.is(there.headers['ce_id'], here.headers['ce_id']);
    t.is(there.key, here.key);
  }
});

test('readings that are begun again there are what the first one would make of them; what is no archive is left to it', async (t) => {
  await using thread = new SecondThread();
  const [message] = readingsEvents(1);
  if (message === undefined) return t.fail('no event');
  const body = gzip(encodeStructured(decodeEvent(message)));
  const replay = { id: 'abcdef', mode: 'fill' } as const;
  const there = await thread.readings(body, replay);
  if (there === undefined) return t.fail('nothing was made');
  t.deepEqual({ ...there, value: Buffer.from(there.value ?? []) }, { ...readingsAgain(body, replay) });
  t.is(await thread.readings(Buffer.from('no archive'), replay), undefined);
});

test('what cannot be made there is left to the first thread, and the next one is made again', async (t) => {
  await using thread = new SecondThread();
  const [message] = readingsEvents(1);
  if (message === undefined) return t.fail('no event');
  t.is(await thread.make({ ...message, value: Buffer.from('{') }, handling()), undefined);
  t.not(await thread.make(message, handling()), undefined);
});

test('a thread that ends leaves what it had in hand to the first one; so does one that is over', async (t) => {
  const thread = new SecondThread();
  const [message] = readingsEvents(1);
  if (message === undefined) return t.fail('no event');
  const inHand = thread.make(message, handling());
  await delay(1);
  await thread[Symbol.asyncDispose]();
  t.is(await inHand, undefined);
  t.is(await thread.make(message, handling()), undefined);
});

test('what was given up is not begun', async (t) => {
  await using thread = new SecondThread();
  const [message] = readingsEvents(1);
  if (message === undefined) return t.fail('no event');
  t.is(await thread.make(message, handling(AbortSignal.abort())), undefined);
});
