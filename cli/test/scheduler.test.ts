import { slotId } from '@weatherline/events';
import { parseSchedule } from '@weatherline/events/schedule';
import { createVirtualClock } from '@weatherline/testkit';
import test from 'ava';
import { humanLine } from '../src/human-log.ts';
import { keepSchedule } from '../src/scheduler.ts';
import { checkSlot } from '../src/trigger.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const schedule = parseSchedule('0 */6 * * *');

function setUp(until: string, open?: (slot: Date) => Promise<void>) {
  const clock = createVirtualClock(Date.parse('2026-11-23T07:00:00Z'));
  const stop = new AbortController();
  const opened: string[] = [];
  const kept = keepSchedule({
    schedule,
    clock,
    log: silent,
    signal: stop.signal,
    open: async (slot) => {
      if (clock.now().getTime() >= Date.parse(until)) stop.abort(new Error('asked to stop'));
      await open?.(slot);
      opened.push(`${slotId(slot)} at ${clock.now().toISOString().slice(11, 19)}`);
    },
  });
  return { clock, opened, run: async () => clock.run(kept) };
}

test('each slot is opened once, on its tick', async (t) => {
  const { opened, run } = setUp('2026-11-24T06:00:00Z');
  await run();
  t.deepEqual(opened, [
    '20261123T120000Z at 12:00:00',
    '20261123T180000Z at 18:00:00',
    '20261124T000000Z at 00:00:00',
    '20261124T060000Z at 06:00:00',
  ]);
});

test('after a sleep only the current slot is opened: what passed is not made up', async (t) => {
  const { clock, opened, run } = setUp('2026-11-24T00:00:00Z');
  clock.advance(18 * 3_600_000);
  await run();
  t.deepEqual(
    opened.map((line) => line.slice(0, 16)),
    ['20261124T000000Z'],
  );
});

test('a slot that began while the first was being opened is not left out', async (t) => {
  const clock = createVirtualClock(Date.parse('2026-11-23T12:00:00.020Z'));
  const stop = new AbortController();
  const opened: string[] = [];
  const kept = keepSchedule({
    schedule,
    clock,
    log: silent,
    signal: stop.signal,
    opened: new Date('2026-11-23T06:00:00Z'),
    open: async (slot) => {
      opened.push(slotId(slot));
      stop.abort(new Error('asked to stop'));
    },
  });
  await clock.run(kept);
  t.deepEqual(opened, ['20261123T120000Z']);
});

test('a slot that could not be opened is tried again while it is current', async (t) => {
  let failures = 2;
  const { opened, run } = setUp('2026-11-23T12:01:00Z', async () => {
    failures -= 1;
    if (failures >= 0) throw new Error('the disk is full');
  });
  await run();
  t.deepEqual(opened, ['20261123T120000Z at 12:01:00']);
});

test('a slot that a person types is checked against the schedule, the clock and the provider', (t) => {
  const now = new Date('2026-11-23T07:00:00Z');
  const rules = { schedule, now, offSchedule: false, past: undefined };
  t.is(slotId(checkSlot('2026-11-23T06:00:00Z', rules)), '20261123T060000Z');
  t.is(slotId(checkSlot('2026-11-23T07:00:00+01:00', rules)), '20261123T060000Z');
  t.throws(() => checkSlot('20261123T120000Z', rules), { message: /lies in the future/ });
  t.throws(() => checkSlot('20261123T063000Z', rules), {
    message: /the one before it is 20261123T060000Z\): add --off-schedule/,
  });
  t.throws(() => checkSlot('20261123T000000Z', rules), { message: /the provider has no history/ });
  t.is(
    slotId(
      checkSlot('20261123T000000Z', {
        ...rules,
        past: { id: 'recorded', reach: undefined, price: undefined, callsPerMinute: undefined },
      }),
    ),
    '20261123T000000Z',
  );
});

test('a log line is short for a person, and what is no JSON is left as it is', (t) => {
  const line = JSON.stringify({
    level: 'warn',
    time: '2026-11-23T06:00:01.234Z',
    service: 's',
    msg: 'event retried',
    code: 'THROTTLED',
    topic: 'x',
  });
  t.is(humanLine(`${line}\n`), '06:00:01 warn  event retried  code=THROTTLED\n');
  t.is(humanLine('plain\n'), 'plain\n');
});
