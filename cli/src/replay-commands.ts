import { InvalidArgumentError, Option, type Command } from 'commander';
import { data, examples, limit, timeout, type Tools } from './options.ts';

const BACKFILL_HELP = `
Slots whose readings are archived are made again from them. Others are asked of a provider that knows the past:
WEATHERLINE_HISTORY names openweather-onecall or open-meteo-archive. Their records are of kind analysis, and a product that
exists is never touched. What cannot be had is listed as a gap. Calls and cost are shown before anything starts.
It is a replay: weatherline replay status, pause, resume and abort work on it.
Exit codes: 1 stopped or aborted · 6 held by somebody else · 7 gaps, dead letters, or paused · 8 time-out · 130 interrupted.`;

export function backfillCommand(cli: Command, { run, output }: Tools): void {
  examples(
    tuned(cli.command('backfill').description('make products for slots that have none'))
      .requiredOption('--from <time>', 'slots from this instant on; RFC 3339, or how long ago such as 30d')
      .option('--to <time>', 'slots before this instant (default: now)')
      .option('--every <duration>', 'slots of this step in UTC, such as 6h (default: the schedule)')
      .option('--reason <text>', 'kept with the plan, for whoever asks later')
      .option('--dry-run', 'only say what is missing, what would be done and what it costs')
      .option('--yes', 'begin without asking; needed where nobody can be asked')
      .addOption(data())
      .addHelpText('after', BACKFILL_HELP),
    'backfill --from 7d --dry-run',
    'backfill --from 2026-11-01T00:00:00Z --to 2026-11-08T00:00:00Z --yes',
    'backfill --from 3d --every 12h --dry-run --json',
  ).action(run(async (options) => (await import('./commands/backfill.ts')).backfill(options, output())));
}

/** Replays: of the installation on Kafka that the environment names, else of a data directory. */
export function replayCommands(cli: Command, tools: Tools): void {
  const replay = cli
    .command('replay')
    .description('handle archived readings again: fill what is missing, replace, or verify');
  planning(replay, tools);
  running(replay, tools);
  watching(replay, tools);
}

const PLAN_HELP = `
A plan names exactly what is handled again: each part with the ETag of its archived readings and of its product. Its
bytes are stored under replays/, and their SHA-256 is what "replay run --plan" takes.

Modes:
  fill     makes products that are missing; never touches one that exists
  replace  makes them again; one is replaced only while its ETag is the plan's, otherwise it is kept and listed
  verify   makes them again beside the stored ones and compares byte for byte`;

const RUN_HELP = `
It goes on where the last holder was when that one has died. A replay has one holder at a time: exit 6 tells who has it.
Live events go first: while any wait, nothing new is begun. Ctrl-C stops at once, and nothing is lost.
Exit codes: 1 a difference (verify), aborted or stopped · 6 conflicts, or held by somebody else · 7 dead letters, or
paused · 8 time-out · 130 interrupted.`;

function planning(replay: Command, { run, output }: Tools): void {
  examples(
    selecting(replay.command('plan').description('select parts and store a plan of what would be done'))
      .addOption(
        new Option('--mode <mode>', 'what may happen to a product that exists')
          .choices(['fill', 'replace', 'verify'])
          .default('fill'),
      )
      .option('--reason <text>', 'kept with the plan, for whoever asks later')
      .addOption(data())
      .addHelpText('after', PLAN_HELP),
    'replay plan --from 30d',
    'replay plan --from 2026-11-01T00:00:00Z --to 2026-11-08T00:00:00Z --mode replace --reason "new method set"',
    'replay plan --runs 20261123T060000Z --location luxembourg --mode replace --json',
  ).action(run(async (options) => (await import('./commands/replay-plan.ts')).planReplay(options, output())));
  examples(
    tuned(selecting(replay.command('verify').description('make products again and compare; exit 1 where one differs')))
      .addOption(data())
      .addHelpText('after', RUN_HELP),
    'replay verify --from 24h',
    'replay verify --runs 20261123T060000Z --json',
  ).action(run(async (options) => (await import('./commands/replay.ts')).verifyReplay(options, output())));
}

function running(replay: Command, { run, output }: Tools): void {
  examples(
    tuned(replay.command('run').description('do exactly what a plan says'))
      .requiredOption('--plan <hash>', 'the hash of the plan, or 8 or more characters of it')
      .addOption(data())
      .addHelpText('after', RUN_HELP),
    'replay run --plan 5d41402abc4b',
    'replay run --plan 5d41402abc4b --rate 20',
  ).action(run(async (options) => (await import('./commands/replay.ts')).runReplay(options, output())));
  examples(
    tuned(
      replay
        .command('resume <replay>')
        .description('go on with a replay that was paused, interrupted, or whose holder is gone'),
    )
      .addOption(data())
      .addHelpText('after', RUN_HELP),
    'replay resume 5d41402abc4b',
  ).action(run(async (id, options) => (await import('./commands/replay.ts')).resumeReplay(id, options, output())));
}

function watching(replay: Command, { run, output }: Tools): void {
  examples(
    replay
      .command('status [replay]')
      .description('how a replay stands and what did not end as meant; without an id all replays, newest first')
      .addOption(limit())
      .addOption(data()),
    'replay status',
    'replay status 5d41402abc4b --json',
  ).action(
    run(async (id, options) => (await import('./commands/replay-control.ts')).showReplays(id, options, output())),
  );
  examples(
    replay
      .command('pause <replay>')
      .description('ask the holder of a replay to stop, so that it can be resumed; exit 6 when it is not running')
      .addOption(data()),
    'replay pause 5d41402abc4b',
  ).action(
    run(async (id, options) => (await import('./commands/replay-control.ts')).pauseReplay(id, options, output())),
  );
  examples(
    replay
      .command('abort <replay>')
      .description('end a replay for good; what it has stored stays; exit 6 when it is done')
      .addOption(data()),
    'replay abort 5d41402abc4b',
  ).action(
    run(async (id, options) => (await import('./commands/replay-control.ts')).abortReplay(id, options, output())),
  );
}

function selecting(command: Command): Command {
  return command
    .option('--from <time>', 'slots from this instant on; RFC 3339, or how long ago such as 30d')
    .option('--to <time>', 'slots before this instant (default: now)')
    .option('--runs <slots>', 'only these runs, joined by commas')
    .option('--location <ids>', 'only parts that hold one of these locations, joined by commas')
    .addOption(
      new Option('--only <which>', 'those without a product, with failed locations or dead letters, or all').choices([
        'missing',
        'failed',
        'all',
      ]),
    )
    .addOption(
      new Option('--stage <stage>', 'begin at transform, from archived readings; or at upload, from the log')
        .choices(['transform', 'upload', 'fetch'])
        .default('transform'),
    );
}

function tuned(command: Command): Command {
  return command
    .addOption(
      new Option('--rate <n>', 'at most so many parts a second').default(500).argParser((text) => {
        const value = Number(text);
        if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
        return value;
      }),
    )
    .addOption(timeout().default(undefined, 'none'))
    .addOption(limit());
}
