import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { startUp, startWeatherline, temporaryDirectory, weatherline } from '../support/process.ts';
import { unusable } from '../support/operator.ts';

const MAIN = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
const PROGRAM = `"${process.execPath}" "${MAIN}"`;

type DefineTest = (title: string, run: (t: ExecutionContext) => Promise<void> | void) => void;

/** A test at a real terminal, which `script` provides. */
function terminalTest(): DefineTest {
  const { error, stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  if (error === undefined && stdout.includes('util-linux')) return (title, run) => test(title, run);
  return (title, run) => test.skip(`${title} (skipped: script of util-linux is not installed)`, run);
}

/** What a command writes to a terminal of that many columns. */
function atTerminal(t: ExecutionContext, args: string, env: Readonly<Record<string, string>> = {}): string {
  const command = `stty cols 60; ${PROGRAM} ${args}`;
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(WEATHERLINE_|OPENWEATHER_|NO_COLOR|FORCE_COLOR|TERM$)/.test(name),
  );
  const { stdout, stderr } = spawnSync('script', ['-qec', command, '/dev/null'], {
    encoding: 'utf8',
    env: {
      ...Object.fromEntries(clean),
      WEATHERLINE_HTTP_PORT: '0',
      WEATHERLINE_INFRA_PORT: '0',
      TERM: 'xterm',
      ...env,
    },
    cwd: temporaryDirectory(t),
    input: '',
  });
  return stdout + stderr;
}

const terminal = terminalTest();

terminal('colour is shown at a terminal, unless NO_COLOR, TERM=dumb or --no-color says no', (t) => {
  const colour = '\u001B[32m';
  t.true(atTerminal(t, 'doctor').includes(colour));
  t.false(atTerminal(t, 'doctor', { NO_COLOR: '1' }).includes('\u001B'));
  t.false(atTerminal(t, 'doctor', { TERM: 'dumb' }).includes('\u001B'));
  t.false(atTerminal(t, 'doctor --no-color').includes('\u001B'));
  t.false(atTerminal(t, '--no-color doctor').includes('\u001B'), 'global options may come first');
});

terminal('tables and errors fit into the terminal', (t) => {
  for (const args of ['config', 'doctor', 'dlq list --since yesterday', 'dlq list']) {
    for (const line of stripVTControlCharacters(atTerminal(t, args)).split(/\r?\n/)) {
      // A path or what else has no blanks is not cut.
      t.true(line.length <= 60 || /\S{25,}/.test(line), `${args}: ${line}`);
    }
  }
});

test('a pipe gets no escapes, and a reader that has seen enough is no error', async (t) => {
  const { code, stdout } = await weatherline(['doctor', '--data', join(temporaryDirectory(t), 'data')]);
  t.true(code === 0 || code === 9);
  t.is(stripVTControlCharacters(stdout), stdout);
  const { status, stderr } = spawnSync(
    'bash',
    ['-c', `${PROGRAM} completion bash | head -1; exit "\${PIPESTATUS[0]}"`],
    {
      encoding: 'utf8',
    },
  );
  t.is(status, 0, stderr);
  t.is(stderr, '');
});

test('a misspelt command or option is told what was meant and where to look', async (t) => {
  const command = await weatherline(['dlq', 'rediv']);
  t.is(command.code, 2);
  t.regex(command.stderr, /Did you mean redrive\?[\s\S]*--help/);
  const option = await weatherline(['dlq', 'list', '--sinse', '2h']);
  t.is(option.code, 2);
  t.regex(option.stderr, /Did you mean --since\?/);
  for (const text of ['fast', '0/s', '5/h', '']) {
    t.is((await weatherline(['dlq', 'redrive', '--all', '--rate', text])).code, 2, text);
  }
});

test('Ctrl-C ends a redrive between two batches with 130, and what is left is still set aside', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const up = startUp(t, data);
  await up.ready;
  for (const _ of ['one', 'two']) {
    t.is((await weatherline(['events', 'send', '-', '--data', data], { input: unusable() })).code, 0);
  }
  const list = async (): Promise<number> =>
    JSON.parse((await weatherline(['dlq', 'list', '--json', '--data', data])).stdout).items.length;
  while ((await list()) < 2) continue;
  const redrive = startWeatherline(t, ['dlq', 'redrive', '--all', '--yes', '--rate', '1/m', '--data', data]);
  // The first goes at once and is set aside again under another id; the second waits for a minute.
  const first = (await weatherline(['lag', '--json', '--data', data])).stdout;
  const end = (text: string): number =>
    JSON.parse(text).items.find(({ group }: { group: string }) => group === 'weatherline.transform').end;
  while (end((await weatherline(['lag', '--json', '--data', data])).stdout) < Math.max(4, end(first))) continue;
  redrive.child.kill('SIGINT');
  t.is(await redrive.closed, 130);
  t.regex(redrive.output().stderr, /interrupted: 1 of 2 are done, the others are still set aside; nothing is lost/);
  up.child.kill('SIGTERM');
  t.is(await up.closed, 0);
});
