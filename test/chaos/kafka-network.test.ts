import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { openKafkaBroker, type KafkaBroker } from '@weatherline/adapters/kafka';
import { deadLetterTopicOf, RunRequested, topicOf } from '@weatherline/events';
import { TcpProxy, type Toxics } from '@weatherline/testkit';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test from 'ava';
import { freshTopics, joinRelay, outputs, publishRequests } from '../../packages/adapters/test/support/relay.ts';

const kafka = kafkaTests(test, { own: true });
const TOPIC = topicOf(RunRequested, 'live');
const SPELL_MS = 6_000;

/** Spells of bad network, one after another; `reset` ends every connection in the middle of each. */
const SPELLS: readonly { readonly name: string; readonly toxics: Toxics; readonly resets?: number }[] = [
  { name: 'answers lost', toxics: { losesAnswers: true } },
  { name: 'resets', toxics: {}, resets: 6 },
  { name: '400 ms late', toxics: { latencyMs: 400 } },
  { name: 'one byte at a time', toxics: { sliceBytes: 1 } },
  { name: '20 kB a second', toxics: { bytesPerSecond: 20_000 } },
];

kafka.serial(
  'a network that loses answers, resets, crawls and cuts: every event comes out, none is set aside',
  async (t) => {
    t.timeout(240_000);
    await freshTopics(kafka.brokers);
    const [host = '', port = ''] = kafka.brokers[0]?.split(':') ?? [];
    await using proxy = await new TcpProxy({ host, port: Number(port) }).listen();
    const open = (isThroughProxy: boolean): KafkaBroker => {
      const broker = openKafkaBroker({
        brokers: kafka.brokers,
        replication: { factor: 1, minInSync: 1 },
        times: { heartbeatMs: 500, fetchWaitMs: 200 },
        ...(isThroughProxy
          ? { socketFactory: ({ onConnect }) => connect({ host: '127.0.0.1', port: proxy.port }, onConnect) }
          : {}),
      });
      t.teardown(async () => broker[Symbol.asyncDispose]());
      return broker;
    };
    const clear = open(false);
    await using consumer = await joinRelay(open(true), { handler: async () => delay(10) });
    let published = 0;
    for (const { name, toxics, resets = 0 } of SPELLS) {
      await publishRequests(clear, published, 300);
      published += 300;
      await delay(300);
      proxy.set(toxics);
      for (let count = 0; count < resets; count += 1) {
        proxy.reset();
        await delay(SPELL_MS / resets);
      }
      if (resets === 0) await delay(SPELL_MS);
      proxy.set({});
      const since = Date.now();
      for (let lag = 1; lag > 0 && Date.now() - since < 60_000;) {
        await delay(100);
        const lags = await clear.lag('weatherline.fetch', TOPIC);
        lag = lags.reduce((sum, part) => sum + (part.committed === undefined ? part.end : part.lag), 0);
      }
      const out = await outputs(clear);
      t.log(`${name}: done ${Date.now() - since} ms after the spell`);
      t.is(out.size, published, name);
    }
    for await (const letter of clear.read(deadLetterTopicOf(TOPIC), 'earliest')) t.fail(letter.key);
    t.is(consumer.haltedBy, undefined);
  },
);
