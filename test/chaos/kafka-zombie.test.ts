import { setTimeout as delay } from 'node:timers/promises';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test from 'ava';
import { deploy, recentSlots } from '../support/deployment.ts';

const kafka = kafkaTests(test, { own: true, properties: { 'group.min.session.timeout.ms': '1000' } });

kafka.serial(
  'a process that is frozen past its session and comes back: its late work changes nothing, and it joins again',
  async (t) => {
    t.timeout(180_000);
    const chain = await deploy(t, { brokers: kafka.brokers, env: { WEATHERLINE_KAFKA_SESSION: '3s' } });
    const pairs = (['fetch', 'transform', 'upload'] as const).map(
      (stage) => [chain.start(stage), chain.start(stage)] as const,
    );
    for (const one of pairs.flat()) await one.said('consuming');
    const load = chain.load(recentSlots(2_000), 150);
    for (const [frozen] of pairs) {
      await delay(1_000);
      frozen.child.kill('SIGSTOP');
      await delay(8_000);
      frozen.child.kill('SIGCONT');
    }
    await delay(3_000);
    const asked = await load.stop();
    await chain.settled(90_000);
    t.log(`${asked.length} runs while a process of each stage was frozen for 8 s with a session of 3 s`);
    t.deepEqual(await chain.violations(), []);
    for (const [frozen] of pairs) {
      t.is(frozen.child.exitCode, null, `${frozen.name} is alive`);
      const joins = (): number => frozen.lines().split('"msg":"partitions assigned"').length - 1;
      // A request that was under way when it was frozen may have to run into its time-out first.
      for (const since = Date.now(); joins() < 2 && Date.now() - since < 45_000;) await delay(250);
      t.true(joins() >= 2, `${frozen.name} has joined ${joins()} times:\n${frozen.lines().slice(-3000)}`);
    }
  },
);
