import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, spread, type Measured, type Row } from '../row.ts';
import { freePort, stop } from '../support/process.ts';

const run = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
type Outcome = { seconds: number; records: number; failed: number; mostMiB: number };

/** The stand-in upstream is a process of its own, on the same cores. */
async function wholeChain(locations: number): Promise<Outcome> {
  const port = await freePort();
  const upstream = spawn(
    process.execPath,
    [here('../../packages/testkit/src/upstream/main.ts'), '--port', String(port)],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  try {
    await once(upstream.stdout, 'data');
    const chain = here('../support/whole-chain.ts');
    const { stdout } = await run(process.execPath, [chain, `http://127.0.0.1:${port}`, String(locations)], {
      timeout: 600_000,
    });
    const outcome: Outcome = JSON.parse(stdout);
    if (outcome.failed > 0) throw new Error(`${outcome.failed} of ${locations} locations failed`);
    return outcome;
  } finally {
    await stop(upstream);
  }
}

async function rate(): Promise<Measured> {
  const rates: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const { seconds, records } = await wholeChain(10_000);
    rates.push(records / seconds);
  }
  return {
    ours: spread(rates, 'locations/s'),
    peer: '',
    met: median(rates) >= 3_000,
    notes:
      '10,000 locations over HTTP, one process for the chain and one for the upstream, 2 cores in all, start of the run to the last product',
  };
}

async function large(): Promise<Measured> {
  const { seconds, mostMiB } = await wholeChain(200_000);
  return {
    ours: `${seconds.toFixed(0)} s, ${mostMiB.toFixed(0)} MiB`,
    peer: '',
    met: seconds <= 90 && mostMiB <= 512,
    notes: 'one run, 4,000 parts, upstream included',
  };
}

export const SCALE_ROWS: readonly Row[] = [
  {
    area: 'scale',
    what: 'whole chain from the stand-in upstream over HTTP, 2 cores, upstream included',
    goal: '≥ 3,000 locations a second',
    measure: rate,
  },
  {
    area: 'scale',
    what: 'run of 200,000 locations, embedded, stand-in upstream',
    goal: '≤ 90 s, ≤ 512 MiB',
    measure: large,
  },
];
