import { kafkaTests } from '@weatherline/testkit/kafka';
import test from 'ava';
import { deploy } from '../support/deployment.ts';
import { collect, FETCHED, throughTheDesk, type Operator } from '../support/operator.ts';
import { weatherline } from '../support/process.ts';

const kafka = kafkaTests(test);

kafka.test('on Kafka the same commands do the same', async (t) => {
  t.timeout(180_000);
  const chain = await deploy(t, kafka);
  await chain.start('transform').said('consuming');
  const operator: Operator = {
    run: async (args, input = '') => weatherline(args, { env: chain.cliEnv(), input }),
    readings: async () => collect(chain.broker.read(FETCHED, 'earliest')),
  };
  await throughTheDesk(t, operator, 2);
  const tail = await weatherline(['events', 'tail', '--topic', FETCHED, '--limit', '2'], { env: chain.cliEnv() });
  t.is(tail.stdout.trimEnd().split('\n').length, 2);
  const away = { ...chain.cliEnv(), WEATHERLINE_KAFKA_BROKERS: '127.0.0.1:9' };
  const unreachable = await weatherline(['lag'], { env: away });
  t.is(unreachable.code, 5, unreachable.stderr);
});
