import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerContract } from '@weatherline/testkit/contracts';
import test, { type ExecutionContext } from 'ava';
import { openEmbeddedBroker, openLogReader } from '../src/embedded/index.ts';

async function folder(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'weatherline-'));
  t.teardown(async () => rm(directory, { recursive: true, force: true }));
  return directory;
}

brokerContract(test, 'embedded broker', async (t) => {
  const broker = await openEmbeddedBroker({ directory: await folder(t) });
  t.teardown(async () => broker[Symbol.asyncDispose]());
  return broker;
});

test('what was published survives a restart, and another process may read it beside the owner', async (t) => {
  const directory = await folder(t);
  const first = await openEmbeddedBroker({ directory });
  await first.ensureTopics([{ name: 't', partitions: 1 }]);
  await first.publish('t', [{ key: 'k', value: Buffer.from('v'), headers: {} }]);
  await first[Symbol.asyncDispose]();
  await using second = await openEmbeddedBroker({ directory });
  await second.publish('t', [{ key: 'k', value: null, headers: {} }]);
  await using reader = await openLogReader({ directory });
  const values: (string | null)[] = [];
  for await (const { value } of reader.read('t', 'earliest'))
    values.push(value === null ? null : Buffer.from(value).toString());
  t.deepEqual(values, ['v', null]);
});

test('a compacted topic keeps the newest message of each key', async (t) => {
  await using broker = await openEmbeddedBroker({ directory: await folder(t) });
  await broker.ensureTopics([{ name: 'c', partitions: 1, compacted: true }]);
  for (const value of ['1', '2']) await broker.publish('c', [{ key: 'k', value: Buffer.from(value), headers: {} }]);
  const offsets: number[] = [];
  for await (const { offset } of broker.read('c', 'earliest')) offsets.push(offset);
  t.deepEqual(offsets, [1]);
});
