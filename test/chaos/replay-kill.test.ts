import { cpSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { productKey, slotId } from '@weatherline/events';
import { randomFrom } from '@weatherline/testkit';
import test, { type ExecutionContext } from 'ava';
import { makeDirectory, productsOf } from '../support/archive.ts';
import { openStore } from '../support/products.ts';
import { startWeatherline, temporaryDirectory, weatherline } from '../support/process.ts';
import { ended, planned, runAndKill, watchMemory, type Shell } from '../support/replays.ts';

const isFull = process.env['WEATHERLINE_TEST_LEVEL'] === 'all';
const KILLS = isFull ? 20 : 3;
const SLOTS = isFull ? 1460 : 24;
const LOCATIONS = 100;
const PARTS = SLOTS * 2;
const FROM = new Date('2025-01-01T00:00:00Z');
const TO = new Date(FROM.getTime() + SLOTS * 6 * 3_600_000);
const RANGE = ['--from', FROM.toISOString(), '--to', TO.toISOString()];

function shellIn(data: string): Shell {
  return async (args) => weatherline([...args, '--data', data]);
}

test(`kill -9 at ${KILLS} moments of a replay of ${SLOTS} slots of ${LOCATIONS} locations: the bytes of an undisturbed one`, async (t) => {
  t.timeout(isFull ? 1_200_000 : 240_000);
  const seed = Number(process.env['WEATHERLINE_TEST_SEED'] ?? Date.now() % 1_000_000);
  t.log(`WEATHERLINE_TEST_SEED=${seed}`);
  const random = randomFrom(seed);
  const folder = temporaryDirectory(t);
  const [calm, killed] = [join(folder, 'calm'), join(folder, 'killed')];
  await makeDirectory(calm, { from: FROM, slots: SLOTS, locations: LOCATIONS });
  const begun = Date.now();
  const { replay, hash, totals } = await planned(shellIn(calm), RANGE);
  const planMs = Date.now() - begun;
  t.is(totals.parts, PARTS);
  cpSync(calm, killed, { recursive: true });

  await isUndisturbed(t, calm, { hash, planMs });
  const wholeMs = (await ended(shellIn(calm), ['status', replay])).shown.seconds * 1000;
  for (let kill = 0; kill < KILLS; kill += 1) {
    // Never long enough to be done before the last one.
    const aliveMs = random() * (wholeMs / KILLS) * 0.8;
    const isDone = await runAndKill(t, ['replay', 'run', '--plan', hash, '--data', killed], {}, aliveMs);
    t.false(isDone, `killed before its end, ${kill}`);
  }
  const { code, shown } = await ended(shellIn(killed), ['run', '--plan', hash]);
  t.is(code, 0);
  t.like(shown, { state: 'done', settled: PARTS, records: SLOTS * LOCATIONS, findings: [] });
  t.is(shown.counts.created, PARTS, 'what a replay did is told once, however often it was begun');
  t.true(shown.epoch > KILLS / 2, `epoch ${shown.epoch}`);
  const [expected, found] = [await productsOf(openStore(calm)), await productsOf(openStore(killed))];
  t.is(expected.size, PARTS * 2, 'products and sidecars');
  t.deepEqual(found, expected);

  await isVerified(t, killed, random);
});

/** Runs the plan once, from its beginning to its end. */
async function isUndisturbed(
  t: ExecutionContext,
  data: string,
  { hash, planMs }: { readonly hash: string; readonly planMs: number },
): Promise<void> {
  const running = startWeatherline(t, ['replay', 'run', '--plan', hash, '--json', '--data', data]);
  const memory = watchMemory(running.child.pid ?? 0);
  t.is(await running.closed, 0, running.output().stderr);
  const samples = memory.stop();
  const { records_per_second, counts } = JSON.parse(running.output().stdout);
  t.is(counts.created, PARTS);
  const third = Math.ceil(samples.length / 3);
  const [early, late] = [Math.max(...samples.slice(third, 2 * third)), Math.max(...samples.slice(2 * third))];
  t.log(`plan ${planMs} ms, ${records_per_second} records/s, memory ${early.toFixed(0)} then ${late.toFixed(0)} MiB`);
  if (!isFull) return;
  t.true(planMs <= 10_000, `a plan of a year took ${planMs} ms; on a quiet machine at most 5,000`);
  t.true(late <= early * 1.25 && late < 700, `memory is flat: ${early} then ${late} MiB`);
}

/** Verify says that nothing differs; after one flipped byte it names the slot and the location. */
async function isVerified(t: ExecutionContext, data: string, random: () => number): Promise<void> {
  const shell = shellIn(data);
  const untouched = await ended(shell, ['verify', ...RANGE]);
  t.is(untouched.code, 0, untouched.stderr);
  t.like(untouched.shown, { findings: [], settled: PARTS });
  t.is(untouched.shown.counts.same, PARTS);

  const slotTime = FROM.getTime() + Math.floor(random() * SLOTS) * 6 * 3_600_000;
  const slot = slotId(new Date(slotTime));
  const file = join(data, 'objects', productKey(slot, { index: 2, count: 2 }));
  const bytes = await readFile(file);
  const line = Math.floor(random() * 50);
  const lines = bytes.toString('utf8').split('\n');
  const location = JSON.parse(lines[line] ?? '').location_id;
  // Somewhere in the line, but not its line feed.
  const start = Buffer.byteLength(lines.slice(0, line).join('\n')) + (line === 0 ? 0 : 1);
  const at = start + Math.floor(random() * Buffer.byteLength(lines[line] ?? ''));
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(file, bytes);
  // The weeks around it: the whole year has just been compared.
  const around = [-100, 100].map((slots) => new Date(slotTime + slots * 6 * 3_600_000).toISOString());
  const flipped = await ended(shell, ['verify', '--from', around[0] ?? '', '--to', around[1] ?? '']);
  t.is(flipped.code, 1);
  t.is(flipped.shown.counts.different, 1);
  t.is(flipped.shown.counts.same, flipped.shown.total - 1);
  const [finding] = flipped.shown.findings;
  t.like(finding, { outcome: 'different', run: slot, part: '00002-of-00002' });
  t.true(
    finding?.locations?.some((one) => one.location === location),
    `byte ${at}, ${location}: ${JSON.stringify(finding)}`,
  );
}
