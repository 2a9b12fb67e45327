import { slotId } from '@weatherline/events';
import { kafkaTests } from '@weatherline/testkit/kafka';
import { recordedPlaces } from '@weatherline/testkit/upstream';
import test from 'ava';
import { deploy, recentSlots, SCHEDULE } from '../support/deployment.ts';
import { weatherline } from '../support/process.ts';
import { listOf, retriedOf, throughARun, type Command } from '../support/runs.ts';

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

  // Nobody fetches any more: what is asked for stays open.
  for (const { name, child, closed } of chain.processes) {
    if (name !== 'fetch') continue;
    child.kill('SIGTERM');
    await closed;
  }
  const [later = ''] = recentSlots(1);
  await chain.trigger(later);
  t.like(await retriedOf(run, later, 8, '--wait', '--timeout', '1s'), { result: 'timeout', lane: 'live' });
  t.like(await retriedOf(run, later, 0), { result: 'requested' });
  t.deepEqual(
    (await listOf(run, '--state', 'open')).map(({ run: id }) => id),
    [later],
  );
});
