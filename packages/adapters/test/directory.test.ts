import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '@weatherline/testkit/contracts';
import test, { type ExecutionContext } from 'ava';
import { openDirectoryReader, openDirectoryStore } from '../src/directory/index.ts';

async function folder(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'weatherline-'));
  t.teardown(async () => rm(directory, { recursive: true, force: true }));
  return directory;
}

storeContract(test, 'directory store', async (t) => openDirectoryStore({ directory: await folder(t) }));

test('a file that another tool put there is an object', async (t) => {
  const directory = await folder(t);
  await mkdir(join(directory, 'weather-products'));
  await writeFile(join(directory, 'weather-products', 'x.jsonl'), '{}\n');
  await using store = await openDirectoryStore({ directory });
  t.like(await store.get('weather-products/x.jsonl'), { contentType: 'application/x-ndjson', metadata: {}, size: 3 });
});

test('a reader disturbs no write that is under way, and what a killed writer left is swept by the next one', async (t) => {
  const directory = await folder(t);
  await using store = await openDirectoryStore({ directory });
  await writeFile(join(directory, '.tmp', 'half'), 'half-writ');
  await using reader = openDirectoryReader({ directory });
  t.deepEqual(await reader.list({ prefix: '' }), { objects: [], prefixes: [], next: undefined });
  t.deepEqual(await readdir(join(directory, '.tmp')), ['half']);
  await store.put('k', Buffer.from('v'), { ifNoneMatch: '*', contentType: 'text/plain' });
  t.is((await reader.get('k'))?.size, 1);
  await using next = await openDirectoryStore({ directory });
  t.deepEqual(await readdir(join(directory, '.tmp')), []);
  t.is((await next.get('k'))?.size, 1);
});
