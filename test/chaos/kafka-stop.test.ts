import { kafkaTests } from '@weatherline/testkit/kafka';
import test from 'ava';
import { deploy, recentSlots, type DeployedProcess } from '../support/deployment.ts';

const kafka = kafkaTests(test);
const STAGES = ['fetch', 'transform', 'upload'] as const;
const RUNS = 60;
/** DESIGN §12. */
const STOP_WITHIN_MS = 25_000;

/** The events that a stage says it has finished, over all its processes. */
function handledBy(processes: readonly DeployedProcess[]): string[] {
  return processes.flatMap(({ lines }) =>
    lines()
      .split('\n')
      .filter((line) => line.includes('"outcome":"handled"'))
      .map((line): unknown => JSON.parse(line))
      .map((line) => (typeof line === 'object' && line !== null && 'event_id' in line ? String(line.event_id) : '')),
  );
}

kafka.serial('SIGTERM under load: exit 0 in time, and no finished work is done again', async (t) => {
  t.timeout(240_000);
  const chain = await deploy(t, kafka);
  const running = STAGES.map((stage) => chain.start(stage));
  for (const one of running) await one.said('consuming');
  const slots = recentSlots(RUNS);
  const load = { isOver: false };
  const loading = (async () => {
    for (const slot of slots) await chain.trigger(slot, 2);
    load.isOver = true;
  })();
  const stops: number[] = [];
  for (let turn = 0; !load.isOver || turn < STAGES.length * 2; turn += 1) {
    const at = turn % STAGES.length;
    const stage = STAGES[at] ?? 'fetch';
    // Its successor is there before it goes, as in a rolling update.
    const next = chain.start(stage);
    await next.said('consuming');
    const since = Date.now();
    running[at]?.child.kill('SIGTERM');
    t.is(await running[at]?.closed, 0, stage);
    stops.push(Date.now() - since);
    running[at] = next;
  }
  await loading;
  await chain.settled();
  t.log(`${stops.length} stops under load, the slowest ${Math.max(...stops)} ms`);
  t.true(Math.max(...stops) <= STOP_WITHIN_MS);
  for (const stage of STAGES) {
    const handled = handledBy(chain.processes.filter(({ name }) => name === stage));
    t.is(handled.length - new Set(handled).size, 0, `${stage}: finished events handled again`);
    t.true(handled.length >= RUNS * 10, `${stage}: ${handled.length} events`);
  }
  t.deepEqual(await chain.violations(), []);
});
