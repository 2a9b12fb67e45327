import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { reference } from '../docs/write-reference.ts';

const text = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

test('docs/reference is what the code says; `npm run docs` writes it', (t) => {
  const folder = fileURLToPath(new URL('../docs/reference/', import.meta.url));
  const written = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = written.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  t.deepEqual(names.toSorted(), [...reference().keys()].toSorted());
  for (const [name, expected] of reference()) t.is(text(`docs/reference/${name}`), expected, name);
});

test('the README is at most 150 lines, opens with the one command, and names only scripts that exist', (t) => {
  const readme = text('README.md');
  t.true(readme.split('\n').length <= 150);
  t.regex(readme.slice(0, 400), /```console\n\$ npm start\n/);
  const { scripts } = JSON.parse(text('package.json'));
  for (const [, name = ''] of readme.matchAll(/npm run (?:-s )?([\w:]+)/g)) t.true(name in scripts, name);
});

test('every decision record has its four sections and is short', (t) => {
  const files = readdirSync(new URL('../docs/adr/', import.meta.url));
  t.true(files.length > 0);
  for (const file of files) {
    const record = text(`docs/adr/${file}`);
    for (const section of ['**Context.**', '**Decision.**', '**Consequences.**', '**What would change our mind.**']) {
      t.true(record.includes(section), `${file}: ${section}`);
    }
    t.true(record.split('\n').length <= 60, file);
  }
});
