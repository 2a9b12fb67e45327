import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '@weatherline/testkit/contracts';
import test, { type ExecutionContext } from 'ava';
import { FolderFlush } from '../src/directory/folder-flush.ts';
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

test('no write leaves anything behind, neither one that was refused nor one that failed', async (t) => {
  const directory = await folder(t);
  await using store = await openDirectoryStore({ directory });
  const put = async (key: string) => store.put(key, Buffer.from(key), { ifNoneMatch: '*', contentType: 'text/plain' });
  const [one, other] = await Promise.all([put('a'), put('a')]);
  t.deepEqual([one.stored, other.stored].toSorted(), [false, true]);
  await t.throwsAsync(put('a/b'), { message: /cannot write a\/b \(ENOTDIR\)/ });
  t.deepEqual(await readdir(join(directory, '.tmp')), []);
});

test('names given at the same time share flushes of their folder, and none is acknowledged before one that saw it', async (t) => {
  const directory = await folder(t);
  const folders = new FolderFlush();
  const first = folders.flush(directory);
  const [second, third] = [folders.flush(directory), folders.flush(directory)];
  const order: string[] = [];
  await Promise.all([
    first.then(() => order.push('first')),
    second.then(() => order.push('second')),
    third.then(() => order.push('third')),
  ]);
  t.is(order[0], 'first', 'what came later waits for a flush that begins later');
  await folders.flush(directory);
  await t.throwsAsync(folders.flush(join(directory, 'gone')), { code: 'ENOENT' });
  await t.throwsAsync(folders.flush(join(directory, 'gone')), { code: 'ENOENT' }, 'a failure is not remembered');
});
