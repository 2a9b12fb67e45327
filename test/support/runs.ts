import type { ExecutionContext } from 'ava';
import { ProductRecords, ProductsList } from '../../cli/src/results/products.ts';
import { RunRetried, RunShown, RunsList, type RunListed } from '../../cli/src/results/runs.ts';
import type { Finished } from './process.ts';

/** Runs a command against one installation. */
export type Command = (args: readonly string[]) => Promise<Finished>;

type Answer<Value> = { readonly value: Value; readonly issues?: undefined } | { readonly issues: readonly object[] };
type Schema<Value> = {
  readonly '~standard': { readonly validate: (value: unknown) => Answer<Value> | Promise<Answer<Value>> };
};

/** What a command prints with `--json`, checked by its schema. */
async function parsed<Value>(run: Command, schema: Schema<Value>, args: readonly string[], code = 0): Promise<Value> {
  const finished = await run([...args, '--json']);
  if (finished.code !== code) throw new Error(`${args.join(' ')} ended with ${finished.code}: ${finished.stderr}`);
  const answer = await schema['~standard'].validate(JSON.parse(finished.stdout));
  if (answer.issues === undefined) return answer.value;
  throw new Error(`${args.join(' ')}: ${JSON.stringify(answer.issues.slice(0, 3))}`);
}

export async function listOf(run: Command, ...args: string[]): Promise<RunListed[]> {
  return (await parsed(run, RunsList, ['runs', 'list', ...args])).items;
}

export async function shownOf(run: Command, slot: string, code = 0): Promise<RunShown> {
  return parsed(run, RunShown, ['runs', 'show', slot], code);
}

export async function retriedOf(run: Command, slot: string, code: number, ...args: string[]): Promise<RunRetried> {
  return parsed(run, RunRetried, ['runs', 'retry', slot, ...args], code);
}

/**
 * A run of three parts of which one location failed and one part was set aside: listed, shown, asked for again when the
 * upstream has come to its senses but for one location.
 */
export async function throughARun(t: ExecutionContext, run: Command, slot: string, mend: () => void): Promise<void> {
  const [listed] = await listOf(run, '--limit', '1', '--state', 'partial');
  t.like(listed, { run: slot, state: 'partial', parts: 3, stored: 2, failed_locations: 1, dead_letters: 1 });
  const before = await shownOf(run, slot);
  t.like(before, { log: 'kept', readings: { archived: 2, expected: 3 }, next: [`weatherline runs retry ${slot}`] });
  t.deepEqual(
    before.failures.map(({ location, part }) => [location, part]),
    [['turin', '00003-of-00003']],
  );
  t.like(before.dead_letter_items[0], { part: '00001-of-00003', stage: 'fetch', code: 'NO_READINGS', replay: null });
  t.deepEqual(
    before.passes[0]?.parts.map(({ stages }) => stages.map(({ state }) => state).join(' ')),
    ['done dead_letter not_reached not_reached', 'done done done done', 'done done done done'],
  );
  await isReadable(t, run, slot);

  mend();
  const retried = await retriedOf(run, slot, 7, '--wait');
  t.like(retried, { result: 'partial', lane: 'live', parts: ['00001-of-00003', '00003-of-00003'] });
  t.deepEqual(
    retried.failures.map(({ location }) => location),
    ['turin'],
  );
  const shown = await shownOf(run, slot);
  const passes = shown.passes.filter(({ replay }) => replay === null || replay === retried.replay);
  const after = { ...shown, passes };
  t.like(after, { state: 'partial', stored: 3, failed_locations: 1 });
  const [product] = after.products;
  t.is(product?.replay, retried.replay);
  t.deepEqual(
    after.passes.map(({ replay, mode, parts }) => [replay, mode, parts.length]),
    [
      [null, null, 3],
      [retried.replay, 'replace', 2],
    ],
  );
  t.is((await run(['runs', 'retry', slot, '--location', 'nowhere'])).code, 3);
  const nothing = await retriedOf(run, slot, 0, '--location', 'zocca');
  t.like(nothing, { result: 'nothing', replay: null });
  await hasProducts(t, run, slot);
}

async function isReadable(t: ExecutionContext, run: Command, slot: string): Promise<void> {
  const { code, stdout, stderr } = await run(['runs', 'show', slot]);
  t.is(code, 0, stderr);
  t.false(stdout.includes('\u001B'), 'no colour where there is no terminal');
  for (const line of stdout.split('\n').filter((text) => /[█░▏✗]/.test(text))) t.true(line.length <= 80, line);
  t.regex(stdout, /^1\/3 +trigger +done(, 2 times)? +▏$/m);
  t.regex(stdout, /^ +fetch +dead letter(, 2 tries)? +░*✗$/m);
  t.regex(stdout, /^ +weatherline dlq redrive weatherline\.run\.requested\/\d+\/\d+$/m);
  t.regex(stdout, /^failed +turin HTTP_404/m);
}

async function hasProducts(t: ExecutionContext, run: Command, slot: string): Promise<void> {
  const { items } = await parsed(run, ProductsList, ['products', 'list']);
  t.is(items.filter((item) => item.slot === slot).length, 3);
  const records = await parsed(run, ProductRecords, ['products', 'get', slot]);
  t.is(records.length, 18);
  t.deepEqual(await parsed(run, ProductRecords, ['products', 'latest']), records);
  const text = await run(['products', 'latest']);
  t.is(text.stdout.trimEnd().split('\n').length, 18);
}
