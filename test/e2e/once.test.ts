import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordedPlaces } from '@weatherline/testkit/upstream';
import test from 'ava';
import { temporaryDirectory, weatherline } from '../support/process.ts';

test('--once makes a product of every configured location, and a second run changes no byte of it', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const first = await weatherline(['up', '--once', '--data', data]);
  t.is(first.code, 0, first.stderr);
  t.regex(
    first.stdout,
    /^weather-products\/\d{4}\/\d{2}\/\d{2}\/\d{6}\.jsonl\n$/,
    'stdout is the product keys and nothing else',
  );
  const before = objects(data);
  const product = before.get(first.stdout.trim()) ?? Buffer.alloc(0);
  const ids = product
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).location_id);
  t.deepEqual(
    ids,
    recordedPlaces().map(({ id }) => id),
  );

  const second = await weatherline(['up', '--once', '--data', data]);
  t.is(second.code, 0, second.stderr);
  t.is(second.stdout, first.stdout);
  t.deepEqual(objects(data), before);
});

test('--once with more locations than a part holds stores one object a part', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const env = { WEATHERLINE_PART_SIZE: '8' };
  const { code, stdout, stderr } = await weatherline(['up', '--once', '--data', data], { env });
  t.is(code, 0, stderr);
  t.deepEqual(
    stdout
      .trimEnd()
      .split('\n')
      .map((key) => key.replace(/^.*\d{6}\./, '')),
    ['00001-of-00003.jsonl', '00002-of-00003.jsonl', '00003-of-00003.jsonl'],
  );
});

/** Every object by its key. */
function objects(data: string): Map<string, Buffer> {
  const root = join(data, 'objects');
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(root.length + 1), readFileSync(path)];
    }),
  );
}
