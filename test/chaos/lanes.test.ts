import test from 'ava';
import { liveLatency, percentile } from '../../bench/support/live-latency.ts';

/** The goal is 1.05 (bench/rows/lanes.ts); machines that run tests are noisier than that. */
const BOUND = 1.25;

test(`beside a replay in the same process, live runs take at most ${BOUND} times as long, and the replay goes on`, async (t) => {
  t.timeout(120_000);
  const { alone, besideReplay, replayed } = await liveLatency({ rounds: 3, runs: 10, latencyMs: 50 });
  const [without, during] = [percentile(alone, 0.95), percentile(besideReplay, 0.95)];
  t.log(`p95 ${without.toFixed(0)} ms alone, ${during.toFixed(0)} ms beside ${replayed} replayed records`);
  t.true(during <= without * BOUND);
  t.true(replayed > 1_000);
});
