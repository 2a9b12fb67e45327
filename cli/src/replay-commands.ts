import { Option, type Command } from 'commander';
import { EXIT } from '@weatherline/runtime';
import { examples, exits, INSTALLATION_EXITS, notes } from './help.ts';
import { data, limit, rate, timeout, type Tools } from './options.ts';

/** Replays: of the installation on Kafka that the environment names, else of a data directory. */
export function replayCommands(cli: Command, tools: Tools): void {
  const replay = cli
    .command('replay')
    .description('handle archived readings again: fill what is missing, replace, or verify');
  planning(replay, tools);
  running(replay, tools);
  watching(replay, tools);
}

const ID = 'the hash of its plan, or 8 or more characters of it';

const RUN_NOTES = [
  'It goes on where the last holder was when that one has died; a replay has one holder at a time. Live events go first: while any wait, nothing new is begun. Ctrl-C stops at once, and nothing is lost.',
] as const;

const RUN_EXITS = {
  ...INSTALLATION_EXITS,
  [EXIT.failed]: 'aborted, or stopped because too many parts became dead letters',
  [EXIT.conflict]: 'products were not replaced because they had changed, or somebody else holds the replay',
  [EXIT.partial]: 'parts became dead letters, or it was paused',
  [EXIT.timeout]: 'its time was up; it can be resumed',
  [EXIT.interrupted]: 'interrupted; it can be resumed',
};

export function backfillCommand(cli: Command, { run, output }: Tools): void {
  const command = tuned(cli.command('backfill').description('make products for slots that have none'))
    .requiredOption('--from <time>', 'slots from this instant on; RFC 3339, or how long ago such as 30d')
    .option('--to <time>', 'slots before this instant (default: now)')
    .option('--every <duration>', 'slots of this step in UTC, such as 6h (default: the schedule)')
    .option('--reason <text>', 'kept with the plan, for whoever asks later')
    .option('--dry-run', 'only say what is missing, what would be done and what it costs')
    .option('--yes', 'begin without asking; needed where nobody can be asked')
    .addOption(data())
    .action(run(async (options) => (await import('./commands/backfill.ts')).backfill(options, output())));
  notes(
    command,
    'Slots whose readings are archived are made again from them. Others are asked of a provider that knows the past: WEATHERLINE_HISTORY names openweather-onecall or open-meteo-archive. Their records are of kind analysis, and a product that exists is never touched. What cannot be had is listed as a gap. Calls and cost are shown before anything starts.',
    'It is a replay: weatherline replay status, pause, resume and abort work on it.',
  );
  examples(
    command,
    'backfill --from 7d --dry-run',
    'backfill --from 20261122T000000Z --to 20261123T000000Z --yes',
    'backfill --from 3d --every 12h --dry-run --json',
  );
  exits(command, { ...RUN_EXITS, [EXIT.partial]: 'there are gaps or dead letters, or it was paused' });
}

function planning(replay: Command, { run, output }: Tools): void {
  const plan = selecting(replay.command('plan').description('select parts and store a plan of what would be done'))
    .addOption(
      new Option('--mode <mode>', 'what may happen to a product that exists')
        .choices(['fill', 'replace', 'verify'])
        .default('fill'),
    )
    .option('--reason <text>', 'kept with the plan, for whoever asks later')
    .addOption(data())
    .action(run(async (options) => (await import('./commands/replay-plan.ts')).planReplay(options, output())));
  notes(
    plan,
    'A plan names exactly what is handled again: each part with the ETag of its archived readings and of its product. Its bytes are stored under replays/, and their SHA-256 is what replay run --plan takes.',
    'fill makes products that are missing and never touches one that exists; replace makes them again, each only while its ETag is the one of the plan, otherwise it is kept and listed; verify makes them again beside the stored ones and compares byte for byte.',
  );
  examples(
    plan,
    'replay plan --from 30d',
    'replay plan --from 7d --mode replace --reason "new method set"',
    'replay plan --runs 20261123T060000Z --mode replace --json',
  );
  exits(plan, { ...INSTALLATION_EXITS, [EXIT.notFound]: 'the selection is empty, or there is no such data directory' });
  const verify = tuned(
    selecting(replay.command('verify').description('make products again and compare; exit 1 where one differs')),
  )
    .addOption(data())
    .action(run(async (options) => (await import('./commands/replay.ts')).verifyReplay(options, output())));
  notes(verify, 'It plans and runs a replay that changes no product; what it makes lies under replays/ID/out.');
  examples(verify, 'replay verify --from 24h', 'replay verify --runs 20261123T060000Z --json');
  exits(verify, { ...RUN_EXITS, [EXIT.failed]: 'a product differs, or it was aborted or stopped' });
}

function running(replay: Command, { run, output }: Tools): void {
  const start = tuned(replay.command('run').description('do exactly what a plan says'))
    .requiredOption('--plan <hash>', 'the hash of the plan, or 8 or more characters of it')
    .addOption(data())
    .action(run(async (options) => (await import('./commands/replay.ts')).runReplay(options, output())));
  notes(start, ...RUN_NOTES);
  examples(start, 'replay run --plan 5d41402abc4b', 'replay run --plan 5d41402abc4b --rate 20/s');
  exits(start, { ...RUN_EXITS, [EXIT.notFound]: 'there is no such plan' });
  const resume = tuned(
    replay
      .command('resume')
      .argument('<replay>', ID)
      .description('go on with a replay that was paused, interrupted, or whose holder is gone'),
  )
    .addOption(data())
    .action(run(async (id, options) => (await import('./commands/replay.ts')).resumeReplay(id, options, output())));
  notes(resume, ...RUN_NOTES);
  examples(resume, 'replay resume 5d41402abc4b');
  exits(resume, { ...RUN_EXITS, [EXIT.notFound]: 'there is no such replay' });
}

function watching(replay: Command, { run, output }: Tools): void {
  const missing = { ...INSTALLATION_EXITS, [EXIT.notFound]: 'there is no such replay, or no such data directory' };
  const status = replay
    .command('status')
    .argument('[replay]', ID)
    .description('how a replay stands and what did not end as meant; without an id all replays, newest first')
    .addOption(limit())
    .addOption(data())
    .action(
      run(async (id, options) => (await import('./commands/replay-control.ts')).showReplays(id, options, output())),
    );
  examples(status, 'replay status', 'replay status 5d41402abc4b --json');
  exits(status, missing);
  const pause = replay
    .command('pause')
    .argument('<replay>', ID)
    .description('ask the holder of a replay to stop, so that it can be resumed')
    .addOption(data())
    .action(
      run(async (id, options) => (await import('./commands/replay-control.ts')).pauseReplay(id, options, output())),
    );
  examples(pause, 'replay pause 5d41402abc4b');
  exits(pause, { ...missing, [EXIT.conflict]: 'it is not running', [EXIT.timeout]: 'its holder has not stopped yet' });
  const abort = replay
    .command('abort')
    .argument('<replay>', ID)
    .description('end a replay for good; what it has stored stays')
    .addOption(data())
    .action(
      run(async (id, options) => (await import('./commands/replay-control.ts')).abortReplay(id, options, output())),
    );
  examples(abort, 'replay abort 5d41402abc4b');
  exits(abort, { ...missing, [EXIT.conflict]: 'it is done' });
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
    .addOption(rate('at most so many parts, such as 20/s or 60/m').default(500, '500/s'))
    .addOption(timeout('stop after this long; it can be resumed').default(undefined, 'none'))
    .addOption(limit());
}
