import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openEmbeddedBroker } from '@weatherline/adapters/embedded';
import { deadLetterTopicOf, ProductStored, RunRequested } from '@weatherline/events';
import { encodeEvent, envelopeOf, MAX_CRASHES, TOPICS } from '@weatherline/runtime';
import test from 'ava';
import { temporaryDirectory } from '../support/process.ts';

const CHILD = fileURLToPath(new URL('../support/poison-child.ts', import.meta.url));

function requestedAt(second: number) {
  const slot = new Date(Date.UTC(2026, 10, 23, 0, 0, second)).toISOString().replace('.000Z', 'Z');
  return {
    run: { id: slot.replaceAll(/[-:]/g, ''), slot, reason: 'manual' as const },
    part: { index: 1, count: 1 },
    locations: [{ id: 'a', name: 'A', lat: 0, lon: 0 }],
    previousSlot: slot,
    expiresAt: slot,
  };
}

test('an event that kills its process is found out and set aside; its neighbours are handled and not blamed', async (t) => {
  t.timeout(120_000);
  const directory = temporaryDirectory(t);
  const poison = requestedAt(7).run.id;
  {
    await using broker = await openEmbeddedBroker({ directory });
    await broker.ensureTopics(TOPICS);
    const events = Array.from({ length: 20 }, (_, second) =>
      encodeEvent(envelopeOf(RunRequested, requestedAt(second))),
    );
    await broker.publish(RunRequested.topic, events);
  }
  const starts: string[] = [];
  let deaths = 0;
  for (let run = 0; run < 15; run += 1) {
    const child = spawn(process.execPath, [CHILD, directory, poison], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    starts.push(
      ...output
        .split('\n')
        .filter((line) => line.startsWith('start '))
        .map((line) => line.slice(6)),
    );
    if (output.endsWith('done\n')) break;
    deaths += 1;
  }
  t.is(deaths, MAX_CRASHES + 1, 'the first one left only the trace that somebody died');
  t.is(starts.filter((id) => id === poison).length, deaths, 'each start of it was a death, and no more');

  await using broker = await openEmbeddedBroker({ directory });
  const stored = new Set<string>();
  for await (const { value } of broker.read(ProductStored.topic, 'earliest')) {
    stored.add(JSON.parse(Buffer.from(value ?? []).toString()).run.id);
  }
  t.is(stored.size, 19);
  t.false(stored.has(poison));
  const letters: Record<string, any>[] = [];
  for await (const { value } of broker.read(deadLetterTopicOf(RunRequested.topic), 'earliest')) {
    letters.push(JSON.parse(Buffer.from(value ?? []).toString()));
  }
  t.deepEqual(
    letters.map(({ data }: Record<string, any>) => data.failure.code),
    ['ATTEMPTS_EXHAUSTED'],
  );
  t.is(letters[0]?.['correlationid'], poison);
});
