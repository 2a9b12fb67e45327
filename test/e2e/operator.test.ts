import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openLogReader } from '@weatherline/adapters/embedded';
import { REDRIVES_HEADER, type LoggedMessage } from '@weatherline/runtime';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test, { type ExecutionContext } from 'ava';
import { deploy } from '../support/deployment.ts';
import { startUp, startWeatherline, temporaryDirectory, weatherline, type Finished } from '../support/process.ts';

const kafka = kafkaTests(test);
const FETCHED = 'weatherline.readings.fetched';
const RUN = '20240918T120000Z';

type Item = { readonly id: string; readonly redrives: number; readonly code: string };
type Operator = {
  readonly run: (args: readonly string[], input?: string) => Promise<Finished>;
  /** What lies in the topic of readings. */
  readonly readings: () => Promise<LoggedMessage[]>;
};

/** An event as fetch emits it, but no reading in it can be used: transform sets it aside. */
function unusable(): string {
  const golden = new URL('../../packages/events/test/golden/readings.fetched.v1.json', import.meta.url);
  const event = JSON.parse(readFileSync(golden, 'utf8'));
  const readings = event.data.readings.map((reading: object) => ({ ...reading, body: '{}' }));
  return JSON.stringify({ ...event, data: { ...event.data, run: { ...event.data.run }, readings } });
}

async function dlqOf({ run }: Operator, ...filters: string[]): Promise<Item[]> {
  const { stdout, stderr, code } = await run(['dlq', 'list', '--json', ...filters]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout).items;
}

/** Waits until there is one dead letter, and it has this count. */
async function untilSetAside(operator: Operator, redrives: number): Promise<Item> {
  for (;;) {
    const items = await dlqOf(operator);
    const [item] = items;
    if (items.length === 1 && item?.redrives === redrives) return item;
    await delay(100);
  }
}

/** Send, set aside, redrive, gone, set aside again with its count; then purged. */
async function throughTheDesk(t: ExecutionContext, operator: Operator, rounds: number): Promise<void> {
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
  t.is(JSON.parse(purged.stdout).purged.length, 1, purged.stderr);
  t.deepEqual(await dlqOf(operator), []);
  const lag = await run(['lag', '--json']);
  t.is(lag.code, 0, lag.stderr);
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
  const { letter } = JSON.parse((await run(['dlq', 'show', id, '--json'])).stdout);
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

function onDirectory(data: string): Operator {
  return {
    run: async (args, input = '') => weatherline([...args, '--data', data], { input }),
    readings: async () => {
      await using log = await openLogReader({ directory: join(data, 'log') });
      return await collect(log.read(FETCHED, 'earliest'));
    },
  };
}

async function collect(messages: AsyncIterable<LoggedMessage>): Promise<LoggedMessage[]> {
  const all: LoggedMessage[] = [];
  for await (const message of messages) all.push(message);
  return all;
}

test('on a directory without an owner a command does the work itself, and is done when it ends', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const none = await weatherline(['dlq', 'list', '--data', data]);
  t.is(none.code, 3, 'there is no such directory');
  t.is((await weatherline(['up', '--once', '--data', data])).code, 0);
  await throughTheDesk(t, onDirectory(data), 1);
});

test('on a directory that a process owns a command asks it, and whoever follows sees the events', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const up = startUp(t, data);
  await up.ready;
  const following = startWeatherline(t, [
    'events',
    'tail',
    '--follow',
    '--json',
    '--run',
    RUN,
    '--limit',
    '1',
    '--data',
    data,
  ]);
  const watching = startWeatherline(t, ['lag', '--watch', '--data', data]);
  await throughTheDesk(t, onDirectory(data), 3);
  await following.said(/"type":"dev\.weatherline\.readings\.fetched\.v1"/);
  for (const line of following.output().stdout.trimEnd().split('\n')) t.is(JSON.parse(line).correlationid, RUN);
  await watching.said(/^\d{4}-\S+Z {2}weatherline\.fetch {2}weatherline\.run\.requested {2}committed \d+ {2}lag \d+$/m);
  t.false(watching.output().stdout.includes('\u001b'), 'no cursor is moved where there is no terminal');
  for (const { child, closed } of [following, watching, up]) {
    child.kill('SIGTERM');
    t.is(await closed, 0);
  }
});

test('what was not selected, or not agreed to, is refused; a dry run changes nothing', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const operator = onDirectory(data);
  const { run } = operator;
  t.is((await weatherline(['up', '--once', '--data', data])).code, 0);
  t.is((await run(['events', 'send', '-'], unusable())).code, 0);
  const { id } = await untilSetAside(operator, 0);
  t.is((await run(['dlq', 'redrive'])).code, 2, 'nothing is selected');
  t.is((await run(['dlq', 'redrive', id])).code, 2, 'nobody can be asked');
  t.is((await run(['dlq', 'purge', '--all'])).code, 2);
  t.is((await run(['dlq', 'redrive', id, '--all', '--yes'])).code, 2, 'ids or filters');
  t.is((await run(['dlq', 'redrive', `${FETCHED}/0/999999`, '--yes'])).code, 3);
  t.is((await run(['dlq', 'show', `${FETCHED}/0/999999`])).code, 3);
  const dry = await run(['dlq', 'redrive', '--all', '--dry-run']);
  t.is(dry.stdout, `would be redriven  ${id}  to ${FETCHED}, redrive 1\n`);
  t.is((await dlqOf(operator)).length, 1, 'nothing has changed');
  const some = await run(['dlq', 'purge', id, `${FETCHED}/0/999999`, '--yes']);
  t.is(some.code, 7, 'one of the two was there');
});

test('an event that is not as the catalogue has it is not sent, and every violation is named', async (t) => {
  const directory = temporaryDirectory(t);
  const file = join(directory, 'event.json');
  const event = JSON.parse(unusable());
  writeFileSync(
    file,
    JSON.stringify({ ...event, source: '/me', data: { ...event.data, part: undefined, failures: 1 } }),
  );
  const { code, stderr, stdout } = await weatherline(['events', 'send', file, '--data', join(directory, 'data')]);
  t.is(code, 2);
  t.is(stdout, '');
  for (const name of ['source', 'part', 'failures']) t.regex(stderr, new RegExp(`^ {2}${name}: `, 'm'));
  t.is((await weatherline(['events', 'send', join(directory, 'nothing.json')])).code, 3);
  t.is((await weatherline(['events', 'tail', '--topic', 'nothing', '--data', directory])).code, 2);
});

test('every command says what it does, with an example', async (t) => {
  for (const command of ['dlq list', 'dlq show', 'dlq redrive', 'dlq purge', 'lag', 'events tail', 'events send']) {
    const { code, stdout } = await weatherline([...command.split(' '), '--help']);
    t.is(code, 0);
    t.regex(stdout, new RegExp(`Examples?:\n(.*\n)*  .*weatherline ${command}`), command);
    t.regex(stdout, /--data <dir>/);
  }
});

kafka.test('on Kafka the same commands do the same', async (t) => {
  t.timeout(180_000);
  const chain = await deploy(t, kafka);
  await chain.start('transform').said('consuming');
  const operator: Operator = {
    run: async (args, input = '') => weatherline(args, { env: chain.cliEnv(), input }),
    readings: async () => collect(chain.broker.read(FETCHED, 'earliest')),
  };
  await throughTheDesk(t, operator, 2);
  const tail = await weatherline(['events', 'tail', '--topic', FETCHED, '--limit', '2'], { env: chain.cliEnv() });
  t.is(tail.stdout.trimEnd().split('\n').length, 2);
  const away = { ...chain.cliEnv(), WEATHERLINE_KAFKA_BROKERS: '127.0.0.1:9' };
  const unreachable = await weatherline(['lag'], { env: away });
  t.is(unreachable.code, 5, unreachable.stderr);
});
