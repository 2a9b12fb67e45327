import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openLogReader } from '@weatherline/adapters/embedded';
import { slotId } from '@weatherline/events';
import { randomFrom } from '@weatherline/testkit';
import test from 'ava';
import { orderTrigger } from '../../cli/src/control.ts';
import { deadLettersOf } from '../../cli/src/trigger.ts';
import { checkRun, openStore } from '../support/products.ts';
import { startUp, temporaryDirectory } from '../support/process.ts';

const isFull = process.env['WEATHERLINE_TEST_LEVEL'] === 'all';
const KILLS = isFull ? 50 : 8;
const SLOTS = isFull ? 20 : 6;
/** Small parts, so that a run is several events that can be torn apart. */
const ENV = { WEATHERLINE_PART_SIZE: '7', WEATHERLINE_SCHEDULE: '0 * * * *' };

test(`after kill -9 at ${KILLS} random moments each of ${SLOTS} slots has exactly its product`, async (t) => {
  t.timeout(isFull ? 600_000 : 180_000);
  const seed = Number(process.env['WEATHERLINE_TEST_SEED'] ?? Date.now() % 1_000_000);
  t.log(`WEATHERLINE_TEST_SEED=${seed}`);
  const random = randomFrom(seed);
  const data = join(temporaryDirectory(t), 'data');
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const slots = Array.from({ length: SLOTS }, (_, at) => slotId(new Date(hour - (at + 1) * 3_600_000)));
  const waiting = new Set(slots);

  for (let kill = 0; kill < KILLS; kill += 1) {
    const running = startUp(t, data, ENV);
    // Slots are spread over the kills; between them one that was taken is asked for again.
    const isDue = SLOTS - waiting.size <= (kill * SLOTS) / KILLS;
    const slot = slots[SLOTS - waiting.size - (isDue ? 0 : 1)] ?? slots[0] ?? '';
    if (await triggerWithin(data, slot, 400 + random() * 1200)) waiting.delete(slot);
    // Most kills come while the slot's events are on their way.
    await delay(random() < 0.8 ? random() * 120 : random() * 600);
    running.child.kill('SIGKILL');
    await running.closed;
  }

  const last = startUp(t, data, ENV);
  await last.ready;
  for (const slot of waiting) t.true(await trigger(data, slot), `slot ${slot} was taken`);
  const store = openStore(data);
  const deadline = Date.now() + 60_000;
  let problems: string[] = [];
  do {
    problems = [];
    for (const slot of slots) {
      const verdict = await checkRun(store, slot).catch((error: unknown) => ({ problems: [String(error)] }));
      problems.push(...verdict.problems);
    }
    if (problems.length > 0) await delay(200);
  } while (problems.length > 0 && Date.now() < deadline);
  t.deepEqual(problems, []);
  last.child.kill('SIGTERM');
  t.is(await last.closed, 0, 'it stops when it is asked to');
  await using log = await openLogReader({ directory: join(data, 'log') });
  for (const slot of slots) t.deepEqual(await deadLettersOf(log, slot), [], `slot ${slot} has no dead letters`);
});

/** Asks until an owner takes the slot; false when none has in time. */
async function triggerWithin(data: string, slot: string, ms: number): Promise<boolean> {
  const giveUp = Date.now() + ms;
  while (Date.now() < giveUp) {
    if (await trigger(data, slot)) return true;
    await delay(5);
  }
  return false;
}

/** True when the owner has acknowledged the slot. */
async function trigger(data: string, slot: string): Promise<boolean> {
  const file = join(data, 'owner.json');
  if (!existsSync(file)) return false;
  try {
    const { socket } = JSON.parse(readFileSync(file, 'utf8'));
    await orderTrigger(socket, { slot, reason: 'manual' });
    return true;
  } catch {
    return false;
  }
}
