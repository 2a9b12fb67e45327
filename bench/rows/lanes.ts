import type { Measured, Row } from '../row.ts';
import { liveLatency, percentile } from '../support/live-latency.ts';

const LATENCY_MS = 50;
const [ROUNDS, RUNS] = [5, 20];

async function besideReplay(): Promise<Measured> {
  const {
    alone,
    besideReplay: beside,
    replayed,
  } = await liveLatency({
    rounds: ROUNDS,
    runs: RUNS,
    latencyMs: LATENCY_MS,
  });
  const [without, during] = [percentile(alone, 0.95), percentile(beside, 0.95)];
  const change = (during / without - 1) * 100;
  return {
    ours: `${change >= 0 ? '+' : '−'} ${Math.abs(change).toFixed(1)} % (${without.toFixed(0)} ms alone, ${during.toFixed(0)} ms during)`,
    peer: '',
    met: during / without <= 1.05,
    notes:
      `embedded, ${ROUNDS} × ${RUNS} runs of 100 locations in 2 parts each way by turns, upstream over HTTP answering after ` +
      `${LATENCY_MS} ms, from trigger to the last product, 100 ms between runs; beside them ${replayed} records were replayed; ` +
      `medians ${percentile(alone, 0.5).toFixed(0)} and ${percentile(beside, 0.5).toFixed(0)} ms`,
  };
}

export const LANES_ROWS: readonly Row[] = [
  { area: 'chain', what: 'live p95 during a replay', goal: '+ ≤ 5 %', measure: besideReplay },
];
