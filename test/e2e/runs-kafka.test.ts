import { slotId } from '@weatherline/events';
import { kafkaTests } from '@weatherline/testkit/kafka';
import { recordedPlaces } from '@weatherline/testkit/upstream';
import test from 'ava';
import { deploy, SCHEDULE } from '../support/deployment.ts';
import { weatherline } from '../support/process.ts';
import { listOf, throughARun, type Command } from '../support/runs.ts';

const kafka = kafkaTests(test);

kafka.test('on Kafka and S3 runs and products are shown and asked for again as in a directory', async (t) => {
  t.timeout(240_000);
  const chain = await deploy(t, kafka);
  const turin = { fault: 'not-found', location: 'turin' } as const;
  const places = recordedPlaces().slice(0, 7);
  chain.upstream.setScript([...places.map(({ id }) => ({ fault: 'not-found', location: id }) as const), turin]);
  const run: Command = async (args) => weatherline(args, { env: chain.cliEnv() });
  t.deepEqual(await listOf(run), []);
  for (const name of ['upload', 'transform', 'fetch'] as const) await chain.start(name).said('consuming');
  const slot = slotId(SCHEDULE.current(new Date()));
  await chain.trigger(slot);
  await chain.settled();
  await throughARun(t, run, slot, () => chain.upstream.setScript([turin]));
});
