import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storeContract } from '@weatherline/testkit/contracts';
import test, { type ExecutionContext } from 'ava';
import { openDirectoryStore } from '../src/directory/index.ts';

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
