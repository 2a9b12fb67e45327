import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryDirectory, weatherline } from '../support/process.ts';

type DefineTest = (title: string, run: (t: ExecutionContext) => Promise<void>) => void;

/** `test` where the shell is, else a skip that names the reason. */
function shellTests(shell: string): DefineTest {
  if (spawnSync(shell, ['--version']).error === undefined) return (title, run) => test(title, run);
  return (title, run) => test.skip(`${title} (skipped: ${shell} is not installed)`, run);
}

async function scriptFor(t: ExecutionContext, shell: string): Promise<string> {
  const { code, stdout, stderr } = await weatherline(['completion', shell]);
  t.is(code, 0, stderr);
  return stdout;
}

/** What bash would offer for the last word, as it fills COMPREPLY. */
function offered(t: ExecutionContext, script: string, words: readonly string[], cwd: string): string[] {
  const ask = 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _weatherline; printf "%s\\n" "${COMPREPLY[@]}"';
  const args = ['--norc', '--noprofile', '-c', `${script}\n${ask}`, 'bash', 'weatherline', ...words];
  const { status, stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8', cwd });
  t.is(status, 0, stderr);
  t.is(stderr, '');
  return stdout.split('\n').filter((line) => line !== '');
}

const bash = shellTests('bash');

bash('bash completes commands, their subcommands, their options and what these may be', async (t) => {
  const folder = temporaryDirectory(t);
  mkdirSync(join(folder, 'data one'));
  writeFileSync(join(folder, 'data-file'), '');
  const script = await scriptFor(t, 'bash');
  const offers = (...words: string[]): string[] => offered(t, script, words, folder);
  const commands = offers('');
  for (const word of ['up', 'trigger', 'runs', 'products', 'doctor', 'completion', 'help']) {
    t.true(commands.includes(word), word);
  }
  t.deepEqual(offers('do'), ['doctor']);
  t.deepEqual(offers('--js'), ['--json']);
  t.deepEqual(
    offers('runs', ''),
    ['list', 'show', 'retry', 'help'].filter((word) => offers('runs', '').includes(word)),
  );
  t.true(offers('runs', '').includes('show'));
  t.deepEqual(offers('runs', 'list', '--li'), ['--limit']);
  t.deepEqual(offers('up', '--o'), ['--once']);
  t.deepEqual(offers('completion', ''), ['bash', 'zsh', 'fish']);
  t.deepEqual(offers('completion', 'z'), ['zsh']);
  t.deepEqual(offers('records', '--format', ''), ['json', 'ndjson', 'csv', 'geojson']);
  t.deepEqual(offers('records', '--format', '=', 'c'), ['csv']);
  t.deepEqual(offers('records', '--format', '='), ['json', 'ndjson', 'csv', 'geojson']);
  t.deepEqual(offers('up', '--data', 'data'), ['data one'], 'folders only, blanks kept');
  t.deepEqual(offers('trigger', '--slot', ''), [], 'what nobody can guess is not guessed');
  t.deepEqual(offers('--json', 'products', 'la'), ['latest'], 'a global option may come first');
  t.deepEqual(offers('up', '--data', 'runs', '--o'), ['--once'], 'a value that is called like a command is none');
  t.deepEqual(offers('help', 'tri'), ['trigger']);
  t.deepEqual(offers('nobody', 'knows', 'x'), []);
});

bash('bash knows every command and option that help knows', async (t) => {
  const folder = temporaryDirectory(t);
  const script = await scriptFor(t, 'bash');
  const visit = async (path: readonly string[]): Promise<void> => {
    const { stdout } = await weatherline([...path, '--help']);
    const flags = new Set(stdout.match(/^ {2}(?:-\w, )?--[\w-]+/gm)?.map((line) => line.trim().split(', ').at(-1)));
    t.deepEqual(new Set(offered(t, script, [...path, '--'], folder)), flags, path.join(' '));
    const [, listed = ''] = /^Commands:\n((?: {2}.*\n)+)/m.exec(stdout) ?? [];
    const commands = [...listed.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name);
    if (commands.length > 0) t.deepEqual(offered(t, script, [...path, ''], folder), commands, path.join(' '));
    for (const name of commands.filter((word) => word !== 'help')) await visit([...path, name]);
  };
  await visit([]);
});

for (const shell of ['bash', 'zsh', 'fish']) {
  shellTests(shell)(`${shell} can read its script`, async (t) => {
    const file = join(temporaryDirectory(t), 'completion');
    writeFileSync(file, await scriptFor(t, shell));
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    t.is(status, 0, stderr);
    t.is(stderr, '');
  });
}

test('a shell that has no script is a usage error that names those that have', async (t) => {
  const { code, stdout, stderr } = await weatherline(['completion', 'tcsh']);
  t.is(code, 2);
  t.is(stdout, '');
  t.regex(stderr, /bash, zsh, fish/);
  const { stdout: help } = await weatherline(['completion', '--help']);
  t.regex(help, /source <\(weatherline completion bash\)/);
  t.regex((await weatherline(['doctor', '--help'])).stdout, /weatherline doctor --gateway http/);
});
