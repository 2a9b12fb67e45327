import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { parseSlot, slotId, slotPath as pathOf } from '@weatherline/events';
import { parseSchedule } from '@weatherline/events/schedule';
import { recordedPlaces, startRecordedUpstream, type FaultRule } from '@weatherline/testkit/upstream';
import test, { type ExecutionContext } from 'ava';
import { startUp, temporaryDirectory, weatherline } from '../support/process.ts';
import { listOf, retriedOf, shownOf, throughARun, type Command } from '../support/runs.ts';

/** Its slots last a year, so that the current one does not end while a test runs. */
const YEARLY = '0 0 1 1 *';
const NOT_FOUND: readonly FaultRule[] = recordedPlaces()
  .slice(0, 7)
  .concat(recordedPlaces().filter(({ id }) => id === 'turin'))
  .map(({ id }) => ({ fault: 'not-found', location: id }));
const TURIN: readonly FaultRule[] = [{ fault: 'not-found', location: 'turin' }];

const inDirectory =
  (data: string, env: Readonly<Record<string, string>> = {}): Command =>
  async (args) =>
    weatherline([...args, '--data', data], { env });

// Serial: each runs dozens of processes.
for (const owned of [false, true]) {
  test.serial(
    `what a run lacks is shown and asked for again, ${owned ? 'through the owner' : 'without one'}`,
    async (t) => {
      const data = join(temporaryDirectory(t), 'data');
      const upstream = await startRecordedUpstream({ script: [...NOT_FOUND] });
      t.teardown(async () => upstream[Symbol.asyncDispose]());
      const env = {
        WEATHERLINE_PROVIDER: 'openweather',
        OPENWEATHER_API_KEY: 'canary',
        WEATHERLINE_OPENWEATHER_URL: upstream.url,
        WEATHERLINE_SCHEDULE: YEARLY,
        WEATHERLINE_PART_SIZE: '7',
        WEATHERLINE_LOCATIONS: JSON.stringify(recordedPlaces()),
      };
      t.is((await weatherline(['up', '--once', '--data', data], { env })).code, 1);
      const slot = slotId(parseSchedule(YEARLY).current(new Date()));
      if (owned) {
        const up = startUp(t, data, env);
        await up.ready;
      }
      const run = inDirectory(data, env);
      // A start asks once more for what is not there, which is set aside once more.
      const [, second] = (await shownOf(run, slot)).dead_letter_items;
      if (second !== undefined) t.is((await run(['dlq', 'purge', second.id, '--yes'])).code, 0);
      if (!owned) await isSetAsideAgain(t, run, slot);
      await throughARun(t, run, slot, () => upstream.setScript([...TURIN]));
    },
  );
}

async function isSetAsideAgain(t: ExecutionContext, run: Command, slot: string): Promise<void> {
  const { replay, result, dead_letters: letters } = await retriedOf(run, slot, 1, '--location', 'arctic');
  t.is(result, 'dead_letter');
  t.is(letters.length, 1);
  t.is((await shownOf(run, slot)).dead_letter_items.at(-1)?.replay, replay);
  t.is((await run(['dlq', 'purge', letters[0]?.id ?? '', '--yes'])).code, 0);
}

test.serial('slots that nobody asked for are missing, and show says what brings them', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const run = inDirectory(data);
  t.is((await run(['runs', 'list'])).code, 3, 'there is no such directory');
  const slots = parseSchedule('0 */6 * * *');
  const current = slots.current(new Date());
  const [one, two] = [slots.previous(current), slots.previous(slots.previous(current))];
  const oldest = slotId(slots.previous(two));
  t.is((await run(['trigger', '--slot', oldest])).code, 0);
  t.is((await run(['trigger'])).code, 0);
  t.deepEqual(
    (await listOf(run)).map(({ run: id, state }) => `${id} ${state}`),
    [`${slotId(current)} complete`, `${slotId(one)} missing`, `${slotId(two)} missing`, `${oldest} complete`],
  );
  t.is((await listOf(run, '--state', 'missing', '--limit', '1'))[0]?.run, slotId(one));
  t.is((await listOf(run, '--from', slotId(two), '--to', slotId(one))).length, 2);
  t.is((await listOf(run, '--from', '72h', '--limit', '100')).length, 12);
  const said = await run(['runs', 'list']);
  const fill = `weatherline backfill --from ${slotId(two)} --to ${slotId(current)}`;
  t.is(said.stderr, `2 missing\nnext: ${fill}\n`);
  const missing = await run(['runs', 'show', slotId(one)]);
  t.is(missing.code, 3);
  t.is(missing.stdout, '');
  t.regex(missing.stderr, /is missing.*\nnext: weatherline backfill --from \S+ --to \S+\n$/);
  t.like(await shownOf(run, slotId(one), 3), { state: 'missing', parts: null, products: [], log: 'gone' });
  t.is((await run(['runs', 'retry', slotId(one)])).code, 3);
  t.is((await run([...fill.split(' ').slice(1), '--yes'])).code, 0, 'the suggested command is right');
  t.is((await listOf(run, '--state', 'missing')).length, 0);
  t.is((await run(['runs', 'show', '20261123T060001Z'])).code, 3);
  t.is((await run(['runs', 'show', 'yesterday'])).code, 2);
  t.is((await run(['runs', 'list', '--state', 'good'])).code, 2);
  t.regex(
    (await run(['runs', 'list', '--from', '1d', '--to', '2d'])).stderr,
    /^weatherline: --from: expected .* before 2d/,
  );
  t.regex((await run(['backfill', '--from', '2100-01-01T00:00:00Z'])).stderr, /^weatherline: --from: .* of the past/);
});

test.serial('the past is asked about only where the provider knows it; archived readings need nobody', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const slots = parseSchedule('0 */6 * * *');
  const slot = slotId(slots.previous(slots.current(new Date())));
  t.is((await weatherline(['trigger', '--slot', slot, '--data', data])).code, 0);
  const product = join(data, 'objects', 'weather-products', `${pathOf(slot)}.jsonl`);
  rmSync(product);
  rmSync(product.replace('.jsonl', '.meta.json'));
  const live = { WEATHERLINE_PROVIDER: 'open-meteo', WEATHERLINE_LOCATIONS: JSON.stringify(recordedPlaces()) };
  const young = await inDirectory(data, live)(['runs', 'retry', slot]);
  t.is(young.code, 2);
  t.regex(
    young.stderr,
    /^weatherline: run \S+: its slot ended at \S+, and open-meteo-archive covers \S+ to \S+\n1 of 1/,
  );
  t.is((await inDirectory(data, live)(['trigger', '--slot', slot])).code, 2, 'it would only be set aside');
  const refused = await inDirectory(data, { ...live, WEATHERLINE_HISTORY: 'none' })(['runs', 'retry', slot]);
  t.is(refused.code, 2);
  t.regex(refused.stderr, /^weatherline: run \S+: its slot ended at .* into the past\. .*\n1 of 1 parts can be made/);
  t.true(refused.stderr.endsWith(`weatherline replay plan --runs ${slot} --only missing\n`));

  const retried = await retriedOf(inDirectory(data), slot, 0);
  t.like(retried, { result: 'complete', lane: 'replay' }, 'the recorded provider has history');
  t.is((await shownOf(inDirectory(data), slot)).state, 'complete');
});

test.serial('where the log has forgotten a run, the store still says what became of it', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  t.is((await weatherline(['up', '--once', '--data', data])).code, 0);
  const run = inDirectory(data);
  const [listed] = await listOf(run);
  const slot = listed?.run ?? '';
  const plan = join(data, 'objects', 'weather-runs', `${pathOf(slot)}.json`);
  const old = new Date(Date.now() - 20 * 86_400_000);
  utimesSync(plan, old, old);
  rmSync(join(data, 'log'), { recursive: true });
  const other = slotId(parseSchedule('0 */6 * * *').previous(parseSlot(slot)));
  t.is((await run(['trigger', '--slot', other])).code, 0);
  const shown = await shownOf(run, slot);
  t.like(shown, { state: 'complete', log: 'gone', readings: { archived: 1, expected: 1 } });
  t.is(shown.products[0]?.revision, 0);
  const { stdout } = await run(['runs', 'show', slot]);
  t.regex(stdout, /^the run: the log keeps events for 14 days, and those of this run are gone$/m);
  t.regex(stdout, /^ +upload +done$/m);
});

test.serial('every command says what it does, with an example', async (t) => {
  for (const command of ['runs list', 'runs show', 'runs retry', 'products list', 'products latest', 'products get']) {
    const { code, stdout } = await weatherline([...command.split(' '), '--help']);
    t.is(code, 0);
    t.regex(stdout, new RegExp(`Examples?:\n(.*\n)*  weatherline ${command}`), command);
    t.regex(stdout, /--data <dir>/);
  }
});
