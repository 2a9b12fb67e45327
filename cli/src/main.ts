import { Argument, Command, CommanderError, Option } from 'commander';
import { EXIT } from '@weatherline/runtime';
import { explain } from './failure.ts';
import { operatorCommands } from './operator-commands.ts';
import { data, timeout, type Tools } from './options.ts';
import { createOutput, type Output } from './output.ts';
import { backfillCommand, replayCommands } from './replay-commands.ts';
import { runCommands } from './run-commands.ts';

const DOCTOR_HELP = `
Each line is ok, warn, fail or skipped, with what to do below it; a check takes 5 seconds at most.
With WEATHERLINE_KAFKA_BROKERS set it looks at the brokers and the bucket, where one small object stays
(replays/doctor/probe.json); a provider's key is tried with one call.
--json prints {checks: [{name, status, detail, fix}], status}; fix is null when there is nothing to do, and the
status of all is ok, warn or fail.

Examples:
  weatherline doctor
  weatherline doctor --gateway http://127.0.0.1:8080 --json`;

const COMPLETION_HELP = `
It completes the word weatherline: where that is no program, make it an alias of
npm --silent --prefix DIR run weatherline --

Examples:
  source <(weatherline completion bash)                               # in ~/.bashrc
  weatherline completion zsh > ~/.zfunc/_weatherline                  # a folder on fpath
  weatherline completion fish > ~/.config/fish/completions/weatherline.fish`;

/** The command tree. An action imports its module when it is called, so that help needs none of them. */
function program(end: (code: number) => void): Command {
  const cli = new Command('weatherline')
    .description('A weather-product pipeline: collects, checks and publishes, every six hours.')
    .option('--json', 'machine-readable output')
    .addHelpText(
      'after',
      '\nExamples:\n  weatherline up                              everything, in one process\n  weatherline up --once                       the current slot, then stop\n  weatherline trigger --slot 20261123T060000Z --wait\n  weatherline products latest --json\n  weatherline records --location luxembourg --format csv\n  weatherline dlq list                        what was set aside, and why',
    )
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  const output = (): Output => createOutput(cli.opts<{ json?: boolean }>().json === true, process);
  const run =
    <Args extends readonly unknown[]>(action: (...args: Args) => number | Promise<number>) =>
    async (...args: Args) =>
      end(await action(...args));

  cli
    .command('up')
    .description('run everything in this process: scheduler, log, functions, gateway')
    .addOption(data())
    .option('--once', 'make the product of the current slot, print its keys and stop')
    .addOption(timeout())
    .action(run(async (options) => (await import('./commands/up.ts')).up(options, output())));
  cli
    .command('trigger')
    .description('ask for the run of a slot (default: the current one)')
    .option('--slot <slot>', 'a slot id such as 20261123T060000Z, or RFC 3339')
    .option('--off-schedule', 'allow a slot that is no tick of the schedule')
    .option('--wait', 'wait until its product is stored')
    .addOption(data())
    .addOption(timeout())
    .action(run(async (options) => (await import('./commands/trigger.ts')).trigger(options, output())));
  runCommands(cli, { run, output });
  records(cli, { run, output });
  operatorCommands(cli, { run, output });
  replayCommands(cli, { run, output });
  backfillCommand(cli, { run, output });
  const topics = cli
    .command('topics')
    .description("the brokers' topics and the catalogue; brokers by WEATHERLINE_KAFKA_*");
  topics
    .command('verify')
    .description('how they differ; exit 9 when they do')
    .action(run(async () => (await import('./commands/topics.ts')).verifyTopics(output())));
  topics
    .command('apply')
    .description('create what is missing, set what differs; exit 6 where that cannot be done')
    .action(run(async () => (await import('./commands/topics.ts')).applyTopics(output())));
  cli
    .command('config')
    .description('show every setting, its value and where it comes from')
    .action(run(async () => (await import('./commands/config.ts')).printConfig(output())));
  cli
    .command('doctor')
    .description('check everything that an installation can have wrong; exit 9 when something is')
    .option('--gateway <url>', 'ask this gateway how fresh its products are')
    .addOption(data())
    .addHelpText('after', DOCTOR_HELP)
    .action(run(async (options) => (await import('./commands/doctor.ts')).doctor(options, output())));
  cli
    .command('completion')
    .description('print a script that makes a shell complete commands, options and choices')
    .addArgument(new Argument('<shell>', 'whose script').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', COMPLETION_HELP)
    .action(run(async (shell) => (await import('./commands/completion.ts')).completion(cli, shell, output())));
  cli
    .command('version')
    .description('show the version')
    .action(run(async () => (await import('./commands/config.ts')).printVersion(output())));
  return cli;
}

function records(cli: Command, { run, output }: Tools): void {
  cli
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
}

async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    await program((code) => {
      exitCode = code;
    }).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { exitCode: code, text } = explain(error);
    process.stderr.write(`weatherline: ${text}\n`);
    return code;
  }
  return exitCode;
}

process.exitCode = await main(process.argv.slice(2));
// The launcher's channel, timers of libraries: nothing that is left may keep a finished command alive.
process.exit();
