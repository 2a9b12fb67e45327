import { Argument, Command, Option } from 'commander';
import { EXIT } from '@weatherline/runtime';
import { clusterCommands } from './cluster-commands.ts';
import { examples, EXIT_MEANINGS, exits, INSTALLATION_EXITS, notes } from './help.ts';
import { operatorCommands } from './operator-commands.ts';
import { data, timeout, type Tools } from './options.ts';
import { columnsOf, createOutput, type Output } from './output.ts';
import { backfillCommand, replayCommands } from './replay-commands.ts';
import { runCommands } from './run-commands.ts';
import { wrapText } from './text-width.ts';

/** The command tree. An action imports its module when it is called, so that help needs none of them. */
export function program(end: (code: number) => void = () => undefined): Command {
  const cli = new Command('weatherline')
    .description('A weather-product pipeline: collects, checks and publishes, every six hours.')
    .option('--json', 'machine-readable output')
    .option('--no-color', 'no colours, as with NO_COLOR')
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help to see what there is.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(wrapText(text, columnsOf(process.stderr))) })
    .hook('preAction', () => {
      // What decides about colour reads the environment, in this process and in those that it starts.
      if (!cli.opts<{ color: boolean }>().color) process.env['NO_COLOR'] = '1';
    });
  exits(
    examples(
      cli,
      'up                                   # everything, in one process',
      'up --once                            # the current slot, then stop',
      'trigger --slot 20261123T060000Z --wait',
      'products latest --json',
      'records --location luxembourg --format csv',
      'dlq list                             # what was set aside, and why',
    ),
    EXIT_MEANINGS,
  );
  const output = (): Output => createOutput(cli.opts<{ json?: boolean }>().json === true, process);
  const run =
    <Args extends readonly unknown[]>(action: (...args: Args) => number | Promise<number>) =>
    async (...args: Args) =>
      end(await action(...args));

  chain(cli, { run, output });
  runCommands(cli, { run, output });
  records(cli, { run, output });
  operatorCommands(cli, { run, output });
  replayCommands(cli, { run, output });
  backfillCommand(cli, { run, output });
  topics(cli, { run, output });
  clusterCommands(cli, { run, output });
  ofTheProgram(cli, { run, output });
  return cli;
}

function chain(cli: Command, { run, output }: Tools): void {
  const up = cli
    .command('up')
    .description('run everything in this process: scheduler, log, functions, gateway')
    .addOption(data())
    .option('--once', 'make the product of the current slot, print its keys and stop')
    .addOption(timeout('with --once give up after this long'))
    .action(run(async (options) => (await import('./commands/up.ts')).up(options, output())));
  notes(
    up,
    'stdout carries ready and the address of the gateway, or with --once the keys of the product; the rest goes to stderr. Ctrl-C stops it, and the next start goes on where it was.',
  );
  examples(up, 'up', 'up --once --data /tmp/try', '$ WEATHERLINE_HTTP_PORT=0 weatherline up   # at any free port');
  exits(up, {
    [EXIT.conflict]: 'another process owns the data directory',
    [EXIT.timeout]: '--once: the product was not stored in time',
    [EXIT.configuration]: 'a setting is wrong, a port is taken, or the directory cannot be written',
    [EXIT.interrupted]: '--once: stopped before the product was stored; the next start goes on',
  });
  const trigger = cli
    .command('trigger')
    .description('ask for the run of a slot (default: the current one)')
    .option('--slot <slot>', 'a slot id such as 20261123T060000Z, or RFC 3339')
    .option('--off-schedule', 'allow a slot that is no tick of the schedule')
    .option('--scheduled', 'the run says that the schedule asked for it, as a CronJob does')
    .option('--wait', 'wait until its product is stored')
    .addOption(data())
    .addOption(timeout('wait at most this long'))
    .action(run(async (options) => (await import('./commands/trigger.ts')).trigger(options, output())));
  notes(trigger, 'Where no process owns the data directory, this one does the work, and waits in any case.');
  examples(trigger, 'trigger', 'trigger --slot 20261123T060000Z --wait', 'trigger --wait --timeout 2m --json');
  exits(trigger, {
    ...INSTALLATION_EXITS,
    [EXIT.failed]: 'a part was set aside, or the functions have halted',
    [EXIT.conflict]: 'what is stored as the plan of the run is none',
    [EXIT.timeout]: 'parts were not stored in time',
    [EXIT.interrupted]: 'interrupted; the run goes on, or the next start goes on with it',
  });
}

function topics(cli: Command, { run, output }: Tools): void {
  const topic = cli
    .command('topics')
    .description("the brokers' topics and the catalogue; brokers by WEATHERLINE_KAFKA_*");
  const brokers = {
    [EXIT.auth]: 'the brokers refuse these credentials',
    [EXIT.unreachable]: 'no broker answers',
    [EXIT.configuration]: 'a setting is wrong or missing, such as WEATHERLINE_KAFKA_BROKERS',
  };
  const verify = topic
    .command('verify')
    .description('how they differ; exit 9 when they do')
    .action(run(async () => (await import('./commands/topics.ts')).verifyTopics(output())));
  examples(verify, 'topics verify', 'topics verify --json');
  exits(verify, { ...brokers, [EXIT.unhealthy]: 'they differ' });
  const apply = topic
    .command('apply')
    .description('create what is missing, set what differs; exit 6 where that cannot be done')
    .action(run(async () => (await import('./commands/topics.ts')).applyTopics(output())));
  examples(apply, 'topics apply', 'topics apply --json');
  exits(apply, { ...brokers, [EXIT.conflict]: 'partitions or replicas differ: these cannot be changed in place' });
}

function ofTheProgram(cli: Command, tools: Tools): void {
  const { run, output } = tools;
  const config = cli
    .command('config')
    .description('show every setting, its value and where it comes from')
    .action(run(async () => (await import('./commands/config.ts')).printConfig(output())));
  examples(config, 'config', '$ WEATHERLINE_LOG_LEVEL=debug weatherline config --json');
  exits(config, { [EXIT.configuration]: 'a setting is wrong; all are shown nevertheless' });
  doctor(cli, tools);
  const completion = cli
    .command('completion')
    .description('print a script that makes a shell complete commands, options and choices')
    .addArgument(new Argument('<shell>', 'whose script').choices(['bash', 'zsh', 'fish']))
    .action(run(async (shell) => (await import('./commands/completion.ts')).completion(cli, shell, output())));
  notes(
    completion,
    'It completes the word weatherline: where that is no program, make it an alias of npm --silent --prefix DIR run weatherline --',
  );
  examples(
    completion,
    '$ source <(weatherline completion bash)         # in ~/.bashrc',
    'completion zsh > ~/.zfunc/_weatherline  # a folder on fpath',
    'completion fish > ~/.config/fish/completions/weatherline.fish',
  );
  const version = cli
    .command('version')
    .description('show the version')
    .action(run(async () => (await import('./commands/config.ts')).printVersion(output())));
  examples(version, 'version', 'version --json');
}

function doctor(cli: Command, { run, output }: Tools): void {
  const command = cli
    .command('doctor')
    .description('check everything that an installation can have wrong; exit 9 when something is')
    .option('--gateway <url>', 'ask this gateway how fresh its products are')
    .addOption(data())
    .action(run(async (options) => (await import('./commands/doctor.ts')).doctor(options, output())));
  notes(
    command,
    'Each line is ok, warn, fail or skipped, with what to do below it; a check takes 5 seconds at most.',
    "With WEATHERLINE_KAFKA_BROKERS set it looks at the brokers and the bucket, where one small object stays (replays/doctor/probe.json); a provider's key is tried with one call.",
    'One more call, about a past instant, goes to whoever WEATHERLINE_HISTORY names: a plan that is priced by call counts it.',
    'With AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE set the token service is asked once, with VAULT_ADDR the health of Vault, without a token.',
  );
  examples(command, 'doctor', 'doctor --gateway http://127.0.0.1:8080 --json');
  exits(command, { [EXIT.unhealthy]: 'a check failed' });
}

function records(cli: Command, { run, output }: Tools): void {
  const command = cli
    .command('records')
    .description('records of one or many locations over time, as GET /v1/records answers')
    .option('--location <ids>', 'location ids, joined by commas (default: all)')
    .option('--datetime <interval>', 'an instant or an interval A/B, open with .. (default: the last 7 days)')
    .option('--bbox <w,s,e,n>', 'only places within these degrees')
    .option('--fields <names>', 'only these fields, such as slot,location_id,temp,derived.dew_point')
    .addOption(
      new Option('--format <format>', 'json with --json, else ndjson').choices(['json', 'ndjson', 'csv', 'geojson']),
    )
    .addOption(data())
    .action(run(async (options) => (await import('./commands/records.ts')).printRecords(options, output())));
  notes(command, 'What it prints is described in the OpenAPI document of the gateway: GET /v1/records.');
  examples(
    command,
    'records --location luxembourg --format csv',
    'records --datetime 2026-11-20T00:00:00Z/.. --fields slot,temp',
    'records --format geojson > records.geojson',
  );
  exits(command, {
    [EXIT.notFound]: 'there is no data directory, or no such location',
    [EXIT.partial]: 'json and geojson: only the first 10000 are printed',
    [EXIT.configuration]: 'a setting is wrong; the message names each',
  });
}
