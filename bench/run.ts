import { cpus } from 'node:os';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Measured, Row } from './row.ts';
import { CHAIN_ROWS } from './rows/chain.ts';
import { GATEWAY_ROWS } from './rows/gateway.ts';
import { LANES_ROWS } from './rows/lanes.ts';
import { LATER_ROWS } from './rows/later.ts';
import { REPLAY_ROWS } from './rows/replay.ts';
import { RUNTIME_ROWS } from './rows/runtime.ts';
import { SCALE_ROWS } from './rows/scale.ts';
import { START_ROWS } from './rows/start.ts';

/** `pnpm bench [area] [--json] [--write]`: every row of DESIGN §12 with its goal, ours, the peer, met or not. */
export const ROWS: readonly Row[] = [
  ...START_ROWS,
  ...RUNTIME_ROWS,
  ...CHAIN_ROWS,
  ...LANES_ROWS,
  ...REPLAY_ROWS,
  ...SCALE_ROWS,
  ...GATEWAY_ROWS,
  ...LATER_ROWS,
];

type Result = Row & { readonly measured?: Measured | undefined };

async function results(areas: readonly string[]): Promise<Result[]> {
  const found: Result[] = [];
  for (const row of ROWS) {
    if (areas.length > 0 && !areas.includes(row.area)) continue;
    process.stderr.write(`${row.what} …\n`);
    found.push({ ...row, measured: await row.measure?.() });
  }
  return found;
}

function table(rows: readonly Result[]): string {
  const lines = rows.map(({ what, goal, measured, reason }) =>
    measured === undefined
      ? `| ${what} | ${goal} | not measured here: ${reason} | | |`
      : `| ${what} | ${goal} | ${measured.ours} | ${measured.peer} | ${measured.met ? 'yes' : '**no**'} |`,
  );
  const notes = rows.flatMap(({ what, measured }) =>
    measured?.notes === undefined ? [] : [`- ${what}: ${measured.notes}.`],
  );
  return ['| what | goal | ours | peer | met |', '|---|---|---|---|---|', ...lines, '', ...notes, ''].join('\n');
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, write: { type: 'boolean' } },
  });
  const rows = await results(positionals);
  if (values.json === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else process.stdout.write(table(rows));
  if (values.write === true) {
    const [cpu] = cpus();
    const machine = `${cpus().length} cores (${cpu?.model ?? 'unknown'}), Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;
    const text = `# Benchmarks\n\nWritten by \`pnpm bench --write\` on ${machine}. The machine is shared and noisy: compare ratios within a row, which are\nmeasured by turns in one run. Medians, with the range in brackets.\n\n${table(rows)}`;
    writeFileSync(new URL('../docs/benchmarks.md', import.meta.url), text);
  }
  process.exit(0);
}
