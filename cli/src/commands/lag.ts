import { EXIT, stopOnSignals, systemClock, type LogReader, type PartitionLag } from '@weatherline/runtime';
import { CHAIN_GROUPS, sumOf } from '../chain-groups.ts';
import { openInstallation } from '../installation.ts';
import { table, type Output } from '../output.ts';
import type { GroupPosition, Lag, LagWatched, PartitionPosition } from '../results/lag.ts';

export type LagOptions = { readonly data: string; readonly partitions?: boolean; readonly watch?: boolean };

const LOOK_EVERY_MS = 2_000;

/** How far each group is behind; with `--watch` until it is stopped. */
export async function showLag(
  { data, partitions = false, watch = false }: LagOptions,
  output: Output,
): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const { log } = await openInstallation(data, output, resources);
  if (!watch) {
    const found: Lag = { items: await readLag(log, partitions) };
    output.result(found, ({ items }) => tableOf(items));
    return EXIT.ok;
  }
  const { signal } = resources.use(stopOnSignals(process));
  const show = screenOf(output, process);
  while (!signal.aborted) {
    show(await readLag(log, partitions), systemClock.now());
    await systemClock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
  // What the terminal echoes of Ctrl-C stands on the line in which the shell would go on.
  if (process.stdout.isTTY && !output.json) output.print('');
  return EXIT.ok;
}

/** The lag of every group of the chain, in the order of the chain. */
export async function readLag(log: Pick<LogReader, 'lag'>, withPartitions: boolean): Promise<GroupPosition[]> {
  const items: GroupPosition[] = [];
  for (const { function: name, lane, group, topic } of CHAIN_GROUPS) {
    const found = await log.lag(group, topic);
    const isNew = found.every(({ committed }) => committed === undefined);
    items.push({
      group,
      function: name,
      lane,
      topic,
      committed: isNew ? null : found.reduce((sum, { committed = 0 }) => sum + committed, 0),
      end: found.reduce((sum, { end }) => sum + end, 0),
      lag: sumOf(found),
      ...(withPartitions ? { partitions: found.map(partitionOf) } : {}),
    });
  }
  return items;
}

function partitionOf({ partition, committed, end, lag }: PartitionLag): PartitionPosition {
  return { partition, committed: committed ?? null, end, lag };
}

/** Says where a group stands that has never committed: nothing is known of it, which is not the same as nothing to do. */
function position(committed: number | null): number | string {
  return committed ?? 'none yet';
}

/** A group names its function and its lane, and each reads one topic. */
const FIT = { spare: ['TOPIC', 'LANE'] };

function tableOf(items: readonly GroupPosition[]): string {
  if (items.some(({ partitions }) => partitions !== undefined)) {
    const rows = items.flatMap(({ group, lane, topic, partitions = [] }) =>
      partitions.map(({ partition, committed, end, lag }) => [
        group,
        lane,
        topic,
        partition,
        position(committed),
        end,
        lag,
      ]),
    );
    return table(['GROUP', 'LANE', 'TOPIC', 'PARTITION', 'COMMITTED', 'END', 'LAG'], rows, FIT);
  }
  return table(
    ['GROUP', 'LANE', 'TOPIC', 'COMMITTED', 'END', 'LAG'],
    items.map(({ group, lane, topic, committed, end, lag }) => [group, lane, topic, position(committed), end, lag]),
    FIT,
  );
}

/** How one look after another is shown: in place at a terminal, as lines elsewhere, as a line of JSON for programs. */
function screenOf(output: Output, host: NodeJS.Process): (items: GroupPosition[], at: Date) => void {
  if (output.json) {
    return (items, at) => {
      const found: LagWatched = { at: at.toISOString(), items };
      output.print(JSON.stringify(found));
    };
  }
  const canMove = host.stdout.isTTY && host.env['TERM'] !== 'dumb';
  if (!canMove) return (items, at) => output.print(linesOf(items, at));
  let drawn = 0;
  return (items, at) => {
    const text = `${tableOf(items)}\n\n${at.toISOString().slice(11, 19)} UTC · Ctrl-C stops`;
    // Up to where the last look began, and away with all from there.
    const back = drawn === 0 ? '' : drawn < host.stdout.rows ? `\u001b[${drawn}A\u001b[J` : '\u001b[2J\u001b[H';
    drawn = text.split('\n').length;
    output.print(`${back}${text}`);
  };
}

function linesOf(items: readonly GroupPosition[], at: Date): string {
  return items
    .flatMap(({ group, topic, committed, lag, partitions }) => [
      { group, topic, committed, lag },
      ...(partitions ?? []).map((one) => ({ group, topic: `${topic}/${one.partition}`, ...one })),
    ])
    .map(
      ({ group, topic, committed, lag }) =>
        `${at.toISOString()}  ${group}  ${topic}  committed ${position(committed)}  lag ${lag}`,
    )
    .join('\n');
}
