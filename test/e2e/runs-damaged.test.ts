import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { slotId, slotPath as pathOf } from '@weatherline/events';
import { parseSchedule } from '@weatherline/events/schedule';
import test from 'ava';
import { temporaryDirectory, weatherline } from '../support/process.ts';
import { listOf, shownOf, type Command } from '../support/runs.ts';

const inDirectory =
  (data: string): Command =>
  async (args) =>
    weatherline([...args, '--data', data]);

// Serial: each runs a dozen of processes.
test.serial('a plan that cannot be read is named, and hides neither other runs nor its product', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const slots = parseSchedule('0 */6 * * *');
  const current = slots.current(new Date());
  const slot = slotId(slots.previous(current));
  const run = inDirectory(data);
  t.is((await run(['backfill', '--from', slot, '--yes'])).code, 3, 'there is no such directory');
  t.is((await run(['trigger'])).code, 0);
  t.is((await run(['backfill', '--from', slot, '--to', slotId(current), '--yes'])).code, 0);
  t.deepEqual(
    (await shownOf(run, slot)).passes.map(({ mode }) => mode),
    ['fill'],
    'it has no other events than those of the backfill',
  );
  const key = `weather-runs/${pathOf(slot)}.json`;
  writeFileSync(join(data, 'objects', key), '{"schema":');
  const said = new RegExp(`${key} is no plan of a run \\(.*JSON`);
  const listed = await run(['runs', 'list']);
  t.is(listed.code, 0);
  t.regex(listed.stderr, said);
  t.regex(listed.stdout, new RegExp(`${slotId(current)} +complete(.*\n)+${slot} +complete +backfill +1/1`));
  t.is((await shownOf(run, slot)).state, 'complete');
  const retried = await run(['runs', 'retry', slot]);
  t.is(retried.code, 6);
  t.regex(retried.stderr, said);

  rmSync(join(data, 'objects', `weather-products/${pathOf(slot)}.jsonl`));
  const range = ['--from', slot, '--to', slotId(current)];
  t.is((await run(['backfill', ...range, '--yes'])).code, 0, 'its readings need no plan');
  rmSync(join(data, 'objects', `weather-products/${pathOf(slot)}.jsonl`));
  rmSync(join(data, 'objects', `weather-readings/${pathOf(slot)}.json.gz`));
  const gap = await run(['backfill', ...range, '--yes']);
  t.is(gap.code, 7);
  t.regex(gap.stdout, new RegExp(`^gap +${slot}  ${key} cannot be read`, 'm'));
  rmSync(join(data, 'objects', key));
  t.is((await run(['backfill', ...range, '--yes'])).code, 0);
});

test.serial('a product that was taken away is asked for by the command that show names', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const run = inDirectory(data);
  t.is((await run(['trigger'])).code, 0);
  const [{ run: slot } = { run: '' }] = await listOf(run);
  rmSync(join(data, 'objects', `weather-products/${pathOf(slot)}.jsonl`));
  const { state, next } = await shownOf(run, slot);
  t.is(state, 'open');
  t.deepEqual(next, [`weatherline runs retry ${slot}`]);
  t.is((await run((next[0] ?? '').split(' ').slice(1))).code, 0);
  t.is((await shownOf(run, slot)).state, 'complete');
  rmSync(join(data, 'objects', `weather-runs/${pathOf(slot)}.json`));
  const unplanned = await run(['runs', 'retry', slot]);
  t.is(unplanned.code, 3);
  t.regex(unplanned.stderr, /has a product and no plan/);
  t.is((await shownOf(run, slot)).log, 'kept');
});
