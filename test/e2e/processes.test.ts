import { kafkaTests } from '@weatherline/testkit/kafka';
import { recordedPlaces } from '@weatherline/testkit/upstream';
import test from 'ava';
import { deploy } from '../support/deployment.ts';
import { weatherline } from '../support/process.ts';

const kafka = kafkaTests(test);

kafka.test('the whole chain as separate processes on Kafka and S3: a product that the gateway serves', async (t) => {
  t.timeout(120_000);
  const chain = await deploy(t, kafka);
  const functions = (['fetch', 'transform', 'upload'] as const).map((name) => chain.start(name));
  const gateway = chain.start('gateway');
  for (const one of functions) await one.said('consuming');
  const { port, infra_port: infraPort } = await gateway.said('listening');

  // The current slot, as a CronJob would ask for it.
  const asked = await weatherline(['trigger', '--wait', '--json'], { env: chain.cliEnv() });
  t.is(asked.code, 0, asked.stderr);
  const run: unknown = JSON.parse(asked.stdout);
  t.like(run, { ended: 'stored', missing: 0, parts: 1, is_new: true });
  await chain.settled();
  t.deepEqual(await chain.violations(), []);

  const products = await fetch(`http://127.0.0.1:${String(port)}/products?limit=1`);
  t.is(products.status, 200);
  const records: unknown = await products.json();
  t.is(Array.isArray(records) ? records.length : 0, recordedPlaces().length);
  t.is((await fetch(`http://127.0.0.1:${String(infraPort)}/readyz`)).status, 200);
  for (const { child, closed, name } of chain.processes) {
    const since = Date.now();
    child.kill('SIGTERM');
    t.is(await closed, 0, name);
    t.true(Date.now() - since < 5_000, `${name} took ${Date.now() - since} ms`);
  }
});
