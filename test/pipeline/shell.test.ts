import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { parseWorkflows, placesOf, readWorkflows, ROOT } from './support/workflow.ts';

const isThere = spawnSync('shellcheck', ['--version']).error === undefined;
const when = isThere ? test : test.skip;
const title = (text: string): string => `${text}${isThere ? '' : ' (skipped: shellcheck is not installed here)'}`;

function shellcheck(text: string): string {
  const { stdout, stderr } = spawnSync('shellcheck', ['--shell=bash', '-'], { input: text, encoding: 'utf8' });
  return `${stdout}${stderr}`;
}

const SCRIPTS = readdirSync(`${ROOT}.github/scripts`).filter((name) => name.endsWith('.sh'));

test('every script stops at its first error and says what it is for', (t) => {
  t.true(SCRIPTS.length > 0);
  for (const name of SCRIPTS) {
    const text = readFileSync(`${ROOT}.github/scripts/${name}`, 'utf8');
    t.regex(text, new RegExp(`^#!/usr/bin/env bash\n# ${name}\\b`), name);
    t.true(text.includes('\nset -euo pipefail\n'), name);
  }
});

when(title('shellcheck has nothing to say of the scripts'), (t) => {
  for (const name of SCRIPTS) t.is(shellcheck(readFileSync(`${ROOT}.github/scripts/${name}`, 'utf8')), '', name);
});

when(title('shellcheck has nothing to say of what stands in the workflows'), (t) => {
  const runs = placesOf(parseWorkflows(readWorkflows())).flatMap(({ at, job }) =>
    job.steps.map(({ run = '' }) => ({ at, run })),
  );
  t.true(runs.some(({ run }) => run !== ''));
  for (const { at, run } of runs) t.is(shellcheck(run), '', at);
});
