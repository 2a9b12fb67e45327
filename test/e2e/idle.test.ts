import { setTimeout as delay } from 'node:timers/promises';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test from 'ava';
import { deploy } from '../support/deployment.ts';

const kafka = kafkaTests(test);
const SECONDS = 15;

kafka.test('a function that has nothing to do costs less than 1 % of a core, and nothing warns', async (t) => {
  t.timeout(120_000);
  const chain = await deploy(t, kafka);
  const transform = chain.start('transform', { NODE_OPTIONS: '--trace-warnings' });
  const { port } = await transform.said('listening');
  await transform.said('consuming');
  const cpuSeconds = async (): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
    return Number(/^process_cpu_seconds_total (\S+)/m.exec(text)?.[1]);
  };
  // What the start has left to compile and to collect.
  await delay(8_000);
  const before = await cpuSeconds();
  await delay(SECONDS * 1000);
  const share = ((await cpuSeconds()) - before) / SECONDS;
  t.log(`idle: ${(share * 100).toFixed(2)} % of a core`);
  t.true(share < 0.01, `idle: ${(share * 100).toFixed(2)} % of a core`);
  t.is(transform.errors(), '');
});
