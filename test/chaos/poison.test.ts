import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openEmbeddedBroker } from '@weatherline/adapters/embedded';
import { deadLetterTopicOf, ProductStored, RunRequested } from '@weatherline/events';
import { openKafkaBroker } from '@weatherline/adapters/kafka';
import { encodeEvent, envelopeOf, MAX_CRASHES, TOPICS, type Broker } from '@weatherline/runtime';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test, { type ExecutionContext } from 'ava';
import { temporaryDirectory } from '../support/process.ts';

const kafka = kafkaTests(test, { own: true, properties: { 'group.min.session.timeout.ms': '1000' } });
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

/** Where a log is, for the processes that share it: a directory or the address of a broker. */
async function findOut(t: ExecutionContext, place: string, open: () => Promise<Broker>): Promise<void> {
  t.timeout(180_000);
  const poison = requestedAt(7).run.id;
  {
    await using broker = await open();
    await broker.ensureTopics(TOPICS);
    const events = Array.from({ length: 20 }, (_, second) =>
      encodeEvent(envelopeOf(RunRequested, requestedAt(second))),
    );
    await broker.publish(RunRequested.topic, events);
  }
  const starts: string[] = [];
  let deaths = 0;
  for (let run = 0; run < 15; run += 1) {
    const child = spawn(process.execPath, [CHILD, place, poison], { stdio: ['ignore', 'pipe', 'inherit'] });
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

  await using broker = await open();
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
}

const title = 'an event that kills its process is found out and set aside; its neighbours are handled and not blamed';

test(`embedded: ${title}`, async (t) => {
  const directory = temporaryDirectory(t);
  await findOut(t, directory, async () => openEmbeddedBroker({ directory }));
});

kafka.test(`kafka: ${title}`, async (t) => {
  const { brokers } = kafka;
  const replication = { factor: 1, minInSync: 1 };
  await findOut(t, brokers[0] ?? '', async () => openKafkaBroker({ brokers, replication }));
});
