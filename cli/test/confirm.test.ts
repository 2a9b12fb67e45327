import { PassThrough } from 'node:stream';
import test from 'ava';
import { confirm } from '../src/confirm.ts';

function terminal(typed: string, isTTY = true) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  stdin.write(`${typed}\n`);
  return { stdin, stderr };
}

const question = { about: '3 dead letters will be gone for good.', answer: 'purge', yes: false };

test('at a terminal the word must be typed; anything else changes nothing', async (t) => {
  const host = terminal('purge');
  await confirm(question, host);
  t.regex(String(host.stderr.read()), /3 dead letters will be gone for good\. Type purge to go on: /);
  await t.throwsAsync(confirm(question, terminal('yes')), { message: 'nothing was changed' });
});

test('a question that is left unanswered changes nothing and ends', async (t) => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  stdin.end();
  const left = await t.throwsAsync(confirm(question, { stdin, stderr }), { message: 'nothing was changed' });
  t.is((left as Error & { exitCode?: number }).exitCode, 130);
});

test('where nobody can be asked --yes must have been given', async (t) => {
  const refused = await t.throwsAsync(confirm(question, terminal('purge', false)), { message: /add --yes/ });
  t.is((refused as Error & { exitCode?: number }).exitCode, 2);
  await t.notThrowsAsync(confirm({ ...question, yes: true }, terminal('', false)));
});
