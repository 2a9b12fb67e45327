import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaTests } from '@weatherline/testkit/kafka';
import test from 'ava';
import { deploy, recentSlots, type DeployedProcess, type Deployment } from '../support/deployment.ts';
import { temporaryDirectory } from '../support/process.ts';

const kafka = kafkaTests(test, {
  own: true,
  properties: { 'group.min.session.timeout.ms': '1000' },
});
const STAGES = ['fetch', 'transform', 'upload'] as const;
type Stage = (typeof STAGES)[number];
const SESSION_MS = 2_000;
const AT_LEAST = 60;
/** INTERFACES: session time-out and five seconds; a process of this test has yet to start on two busy cores. */
const RECOVERY_MS = SESSION_MS + 5_000 + 5_000;
const preload = {
  NODE_OPTIONS: `--import=${new URL('../support/crash-points.ts', import.meta.url).href}`,
  WEATHERLINE_KAFKA_SESSION: `${SESSION_MS}ms`,
};

/** One undisturbed run tells which points there are. */
async function pointsOf(chain: Deployment, folder: string, slot: string): Promise<Record<Stage, string[]>> {
  const logs = STAGES.map((stage) => {
    const file = join(folder, `${stage}.points`);
    const process = chain.start(stage, { WEATHERLINE_TEST_CRASH_LOG: file });
    return { stage, file, process };
  });
  for (const { process } of logs) await process.said('consuming');
  await chain.trigger(slot);
  await chain.settled();
  const points: Record<Stage, string[]> = { fetch: [], transform: [], upload: [] };
  for (const { stage, file, process } of logs) {
    process.child.kill('SIGTERM');
    await process.closed;
    points[stage] = choose(readFileSync(file, 'utf8').trim().split('\n'));
  }
  return points;
}

/** Every name at its first, second and fourth passing; what belongs to joining only once. */
function choose(passed: readonly string[]): string[] {
  return [...new Set(passed)].filter((point) => {
    const [, name = '', count = ''] = /^(.*):(\d+)$/.exec(point) ?? [];
    return name.startsWith('assign') ? count === '1' : ['1', '2', '4'].includes(count);
  });
}

kafka.serial(
  `SIGKILL at ${AT_LEAST} or more named points of the chain: nothing is lost, each is recovered`,
  async (t) => {
    t.timeout(600_000);
    const folder = temporaryDirectory(t);
    const chain = await deploy(t, { brokers: kafka.brokers, env: preload });
    const points = await pointsOf(chain, folder, recentSlots(1)[0] ?? '');
    const total = STAGES.reduce((sum, stage) => sum + points[stage].length, 0);
    t.true(total >= AT_LEAST, `${total} points: ${JSON.stringify(points)}`);
    const cycles = Math.max(...STAGES.map((stage) => points[stage].length));
    const slots = recentSlots(cycles + 120).slice(0, cycles);
    const reached = new Set<string>();
    let slowest = 0;
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      const doomed = STAGES.map((stage) => ({ stage, point: points[stage][cycle] ?? '' }));
      const processes = doomed.map(({ stage, point }) => ({
        stage,
        point,
        process: chain.start(stage, point === '' ? {} : { WEATHERLINE_TEST_CRASH_AT: point }),
      }));
      await Promise.all(
        processes.map(async ({ process }) =>
          Promise.race([process.said('consuming').catch(() => null), process.closed]),
        ),
      );
      await chain.trigger(slots[cycle] ?? '');
      let lastDeath = Date.now();
      const replaced = processes.map(async ({ stage, point, process }): Promise<DeployedProcess> => {
        const end = await Promise.race([process.closed, chain.settled(45_000).then(() => 'settled')]);
        if (end === 'settled') return process;
        t.is(end, 'SIGKILL', `${stage} at ${point}: ${process.errors()}`);
        reached.add(`${stage} ${point}`);
        lastDeath = Date.now();
        return chain.start(stage);
      });
      const alive = await Promise.all(replaced);
      await chain.settled(45_000);
      slowest = Math.max(slowest, Date.now() - lastDeath);
      // A process that has only just been replaced cannot be asked to stop before it listens for that.
      await Promise.all(alive.map(async ({ said }) => said('consuming')));
      for (const { child } of alive) child.kill('SIGTERM');
      for (const { closed, name } of alive) t.is(await closed, 0, name);
    }
    t.log(`${reached.size} of ${total} points reached in ${cycles} cycles; slowest recovery ${slowest} ms`);
    t.true(reached.size >= AT_LEAST, `${reached.size} of ${total} points reached`);
    t.true(slowest <= RECOVERY_MS, `slowest recovery ${slowest} ms`);
    t.deepEqual(await chain.violations(), []);
  },
);
