import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLogReader } from '@weatherline/adapters/embedded';
import test from 'ava';
import { parseResult } from '../../cli/src/results/index.ts';
import {
  collect,
  dlqOf,
  FETCHED,
  RUN,
  throughTheDesk,
  untilSetAside,
  unusable,
  type Operator,
} from '../support/operator.ts';
import { startUp, startWeatherline, temporaryDirectory, weatherline } from '../support/process.ts';

function onDirectory(data: string): Operator {
  return {
    run: async (args, input = '') => weatherline([...args, '--data', data], { input }),
    readings: async () => {
      await using log = await openLogReader({ directory: join(data, 'log') });
      return await collect(log.read(FETCHED, 'earliest'));
    },
  };
}

// Serial: each runs dozens of processes.
test.serial('on a directory without an owner a command does the work itself, and is done when it ends', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const none = await weatherline(['dlq', 'list', '--data', data]);
  t.is(none.code, 3, 'there is no such directory');
  t.is((await weatherline(['up', '--once', '--data', data])).code, 0);
  await throughTheDesk(t, onDirectory(data), 1);
});

test.serial('on a directory that a process owns a command asks it, and whoever follows sees the events', async (t) => {
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

test.serial('what was not selected, or not agreed to, is refused; a dry run changes nothing', async (t) => {
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
  const told: unknown = JSON.parse((await run(['dlq', 'redrive', '--all', '--dry-run', '--json'])).stdout);
  parseResult('dlq redrive', told);
  t.like(told, { dry_run: true, items: [{ id, state: 'redriven', reason: null }] });
  t.is((await dlqOf(operator)).length, 1, 'nothing has changed');
  const some = await run(['dlq', 'purge', id, `${FETCHED}/0/999999`, '--yes']);
  t.is(some.code, 7, 'one of the two was there');
});

test.serial('an event that is not as the catalogue has it is not sent, and every violation is named', async (t) => {
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
  t.is((await weatherline(['events', 'send', file, '--timeout', 'soon'])).code, 2);
  t.is((await weatherline(['events', 'tail', '--topic', 'nothing', '--data', directory])).code, 2);
});

test.serial('every command says what it does, with an example', async (t) => {
  for (const command of ['dlq list', 'dlq show', 'dlq redrive', 'dlq purge', 'lag', 'events tail', 'events send']) {
    const { code, stdout } = await weatherline([...command.split(' '), '--help']);
    t.is(code, 0);
    t.regex(stdout, new RegExp(`Examples?:\n(.*\n)*  .*weatherline ${command}`), command);
    t.regex(stdout, /--data <dir>/);
  }
});
