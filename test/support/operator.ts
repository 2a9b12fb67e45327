import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseResult } from '../../cli/src/results/index.ts';
import { REDRIVES_HEADER, type LoggedMessage } from '@weatherline/runtime';
import type { ExecutionContext } from 'ava';
import type { Finished } from './process.ts';

export const FETCHED = 'weatherline.readings.fetched';
export const RUN = '20240918T120000Z';

export type Item = { readonly id: string; readonly redrives: number; readonly code: string };
export type Operator = {
  readonly run: (args: readonly string[], input?: string) => Promise<Finished>;
  /** What lies in the topic of readings. */
  readonly readings: () => Promise<LoggedMessage[]>;
};

/** An event as fetch emits it, but no reading in it can be used: transform sets it aside. */
export function unusable(): string {
  const golden = new URL('../../packages/events/test/golden/readings.fetched.v1.json', import.meta.url);
  const event = JSON.parse(readFileSync(golden, 'utf8'));
  const readings = event.data.readings.map((reading: object) => ({ ...reading, body: '{}' }));
  return JSON.stringify({ ...event, data: { ...event.data, run: { ...event.data.run }, readings } });
}

export async function dlqOf({ run }: Operator, ...filters: string[]): Promise<Item[]> {
  const { stdout, stderr, code } = await run(['dlq', 'list', '--json', ...filters]);
  if (code !== 0) throw new Error(stderr);
  parseResult('dlq list', JSON.parse(stdout));
  return JSON.parse(stdout).items;
}

/** Waits until there is one dead letter, and it has this count. */
export async function untilSetAside(operator: Operator, redrives: number): Promise<Item> {
  for (;;) {
    const items = await dlqOf(operator);
    const [item] = items;
    if (items.length === 1 && item?.redrives === redrives) return item;
    await delay(100);
  }
}

/** Send, set aside, redrive, gone, set aside again with its count; then purged. */
export async function throughTheDesk(t: ExecutionContext, operator: Operator, rounds: number): Promise<void> {
  const { run } = operator;
  const sent = await run(['events', 'send', '-'], unusable());
  t.is(sent.code, 0, sent.stderr);
  let item = await untilSetAside(operator, 0);
  t.is(item.code, 'NO_USABLE_READING');
  await isShown(t, operator, item);
  for (let count = 1; count <= rounds; count += 1) {
    const redriven = await run(['dlq', 'redrive', item.id, '--yes']);
    t.is(redriven.code, 0, redriven.stderr);
    t.is(redriven.stdout, `redriven  ${item.id}  to ${FETCHED}, redrive ${count}\n`);
    const again = await untilSetAside(operator, count);
    t.not(again.id, item.id, 'the old dead letter is gone, and the event was set aside anew');
    item = again;
  }
  await isRepeatedByteForByte(t, operator, rounds);
  if (rounds === 3) await isRefusedTheFourthTime(t, operator, item);

  const purged = await run(['dlq', 'purge', '--run', RUN, '--yes', '--json']);
  parseResult('dlq purge', JSON.parse(purged.stdout));
  t.is(JSON.parse(purged.stdout).purged.length, 1, purged.stderr);
  t.deepEqual(await dlqOf(operator), []);
  const lag = await run(['lag', '--json']);
  t.is(lag.code, 0, lag.stderr);
  parseResult('lag', JSON.parse(lag.stdout));
  const { items } = JSON.parse(lag.stdout);
  t.like(
    items.find(({ group }: { group: string }) => group === 'weatherline.transform'),
    { lag: 0, topic: FETCHED },
  );
}

async function isRefusedTheFourthTime(t: ExecutionContext, operator: Operator, { id }: Item): Promise<void> {
  const { run } = operator;
  const refused = await run(['dlq', 'redrive', '--all', '--stage', 'transform', '--yes']);
  t.is(refused.code, 7);
  t.regex(refused.stdout, /^refused .*--force/);
  t.regex((await run(['dlq', 'show', id])).stdout, new RegExp(`put it back: weatherline dlq redrive ${id} --force\n`));
  t.is((await run(['dlq', 'redrive', id, '--yes', '--force'])).code, 0);
  await untilSetAside(operator, 4);
}

async function isShown(t: ExecutionContext, operator: Operator, { id }: Item): Promise<void> {
  const { run } = operator;
  const listed = await run(['dlq', 'list']);
  t.regex(listed.stdout, /^ID +TIME +STAGE +CODE +RUN +ATTEMPTS +REDRIVES\n/);
  t.true(listed.stdout.includes(`${id}  `));
  t.regex(listed.stdout, / transform +NO_USABLE_READING +20240918T120000Z +1 +0\n$/);
  t.is((await dlqOf(operator, '--stage', 'fetch')).length, 0);
  t.is(
    (await dlqOf(operator, '--run', '2024-09-18T12:00:00Z', '--since', '1h', '--code', 'NO_USABLE_READING')).length,
    1,
  );
  t.is((await dlqOf(operator, '--until', '1h')).length, 0);
  const shown = await run(['dlq', 'show', id]);
  t.is(shown.code, 0, shown.stderr);
  t.regex(shown.stdout, /^why {7}NO_USABLE_READING: none of \d+ locations/m);
  t.regex(shown.stdout, new RegExp(`^ce_correlationid: ${RUN}$`, 'm'));
  t.regex(shown.stdout, /^ {2}"readings": \[$/m, 'the original event, decoded');
  t.true(shown.stdout.endsWith(`\nput it back: weatherline dlq redrive ${id}\n`));
  const { stdout: json } = await run(['dlq', 'show', id, '--json']);
  parseResult('dlq show', JSON.parse(json));
  const { letter } = JSON.parse(json);
  t.is(id, `${letter.origin.topic}/${letter.origin.partition}/${letter.origin.offset}`);
}

async function isRepeatedByteForByte(t: ExecutionContext, { readings }: Operator, rounds: number): Promise<void> {
  const sent = (await readings()).filter(({ headers }) => headers['ce_correlationid'] === RUN);
  const [original] = sent;
  if (original === undefined) return t.fail('the event is not in its topic');
  t.deepEqual(
    sent.map(({ headers }) => headers[REDRIVES_HEADER]),
    [undefined, '1', '2', '3'].slice(0, rounds + 1),
  );
  for (const { key, value, headers } of sent) {
    const { [REDRIVES_HEADER]: _, ...rest } = headers;
    t.is(key, original.key);
    t.deepEqual(value, original.value);
    t.deepEqual(rest, original.headers);
  }
}

export async function collect(messages: AsyncIterable<LoggedMessage>): Promise<LoggedMessage[]> {
  const all: LoggedMessage[] = [];
  for await (const message of messages) all.push(message);
  return all;
}
