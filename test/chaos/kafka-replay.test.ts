import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ObjectReader, ObjectStore } from '@weatherline/runtime';
import { readAhead } from '@weatherline/runtime';
import { randomFrom } from '@weatherline/testkit';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test, { type ExecutionContext } from 'ava';
import { makeDirectory, productsOf } from '../support/archive.ts';
import { deploy, type DeployedProcess, type Deployment } from '../support/deployment.ts';
import { openStore } from '../support/products.ts';
import { temporaryDirectory, weatherline } from '../support/process.ts';
import { ended, planned, runAndKill, type Shell } from '../support/replays.ts';

const kafka = kafkaTests(test, { own: true, properties: { 'group.min.session.timeout.ms': '1000' } });
/** A third of a year, for the time that it takes; WEATHERLINE_TEST_REPLAY_SLOTS=1460 is the whole. */
const SLOTS = Number(process.env['WEATHERLINE_TEST_REPLAY_SLOTS'] ?? 480);
const LOCATIONS = 100;
const PARTS = SLOTS * 2;
const KILLS = 20;
const FROM = new Date('2025-01-01T00:00:00Z');
const TO = new Date(FROM.getTime() + SLOTS * 6 * 3_600_000);
const RANGE = ['--from', FROM.toISOString(), '--to', TO.toISOString()];
const SESSION = { WEATHERLINE_KAFKA_SESSION: '2000ms' };
const STAGES = ['transform', 'upload'] as const;

async function copyReadings(from: ObjectReader, to: ObjectStore): Promise<void> {
  let startAfter: string | undefined;
  do {
    const page = await from.list({ prefix: 'weather-readings/', ...(startAfter === undefined ? {} : { startAfter }) });
    const copied = readAhead(page.objects, 16, async ({ key }) => {
      const object = await from.get(key);
      if (object === undefined) throw new Error(`${key} is gone`);
      const { body, contentType, metadata } = object;
      return to.put(key, body, { ifNoneMatch: '*', contentType, metadata });
    });
    for await (const { stored } of copied) if (!stored) throw new Error('it was there');
    startAfter = page.next;
  } while (startAfter !== undefined);
}

/** A deployment whose archive holds these readings, with the functions of the replay lane at work. */
async function deployWith(t: ExecutionContext, readings: ObjectReader): Promise<{ chain: Deployment; shell: Shell }> {
  const chain = await deploy(t, { brokers: kafka.brokers, env: SESSION });
  await copyReadings(readings, chain.store);
  return { chain, shell: async (args) => weatherline(args, { env: chain.cliEnv() }) };
}

function startStage(chain: Deployment, name: (typeof STAGES)[number]): DeployedProcess {
  return chain.start(name, { WEATHERLINE_LANE: 'replay', WEATHERLINE_LOG_LEVEL: 'warn' });
}

async function stop(processes: Iterable<DeployedProcess>): Promise<void> {
  for (const { child, closed } of processes) {
    child.kill('SIGTERM');
    await closed;
  }
}

kafka.serial(
  `on Kafka and S3: ${KILLS} times kill -9 of the replay and of its functions, and the bytes of an undisturbed one`,
  async (t) => {
    t.timeout(1_200_000);
    const seed = Number(process.env['WEATHERLINE_TEST_SEED'] ?? Date.now() % 1_000_000);
    t.log(`WEATHERLINE_TEST_SEED=${seed}`);
    const random = randomFrom(seed);
    const data = join(temporaryDirectory(t), 'data');
    await makeDirectory(data, { from: FROM, slots: SLOTS, locations: LOCATIONS });
    const readings = openStore(data);

    const { expected, seconds } = await undisturbed(t, readings);
    t.is(expected.size, PARTS * 2, 'products and sidecars');

    const { chain, shell } = await deployWith(t, readings);
    const running = new Map(STAGES.map((name) => [name, startStage(chain, name)]));
    const { hash } = await planned(shell, RANGE);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const aliveMs = random() * ((seconds * 1000) / KILLS) * 0.8;
      const name = STAGES[kill % 2] ?? 'upload';
      // Every other time a function goes first, and comes back while the replay is gone.
      if (random() < 0.5) void delay(aliveMs / 2).then(() => running.get(name)?.child.kill('SIGKILL'));
      t.false(await runAndKill(t, ['replay', 'run', '--plan', hash], chain.cliEnv(), aliveMs), `kill ${kill}`);
      const { child } = running.get(name) ?? {};
      if (child?.signalCode !== null || child.exitCode !== null) running.set(name, startStage(chain, name));
    }
    const { code, shown, stderr } = await ended(shell, ['run', '--plan', hash]);
    t.is(code, 0, stderr);
    t.like(shown, { state: 'done', settled: PARTS, records: SLOTS * LOCATIONS, findings: [] });
    t.is(shown.counts.created, PARTS);
    t.deepEqual(await productsOf(chain.store), expected);
    const verified = await ended(shell, ['verify', ...RANGE]);
    t.is(verified.code, 0, verified.stderr);
    t.is(verified.shown.counts.same, PARTS);
    await stop(running.values());
  },
);

async function undisturbed(
  t: ExecutionContext,
  readings: ObjectReader,
): Promise<{ readonly expected: Map<string, string>; readonly seconds: number }> {
  const { chain, shell } = await deployWith(t, readings);
  const stages = STAGES.map((name) => startStage(chain, name));
  for (const stage of stages) await stage.said('consuming').catch(() => undefined);
  const begun = Date.now();
  const { hash } = await planned(shell, RANGE);
  const planMs = Date.now() - begun;
  const { code, shown, stderr } = await ended(shell, ['run', '--plan', hash]);
  t.is(code, 0, stderr);
  t.is(shown.counts.created, PARTS);
  t.log(`plan ${planMs} ms, ${shown.records_per_second} records/s`);
  t.true(planMs <= 10_000, `a plan of ${SLOTS} slots took ${planMs} ms; of a year, on a quiet machine, at most 5,000`);
  await stop(stages);
  return { expected: await productsOf(chain.store), seconds: shown.seconds };
}
