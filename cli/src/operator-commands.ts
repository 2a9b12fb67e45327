import { Option, type Command } from 'commander';
import { data, examples, limit, timeout, type Tools } from './options.ts';

/** Dead letters, lag and events: of the installation on Kafka that the environment names, else of a data directory. */
export function operatorCommands(cli: Command, tools: Tools): void {
  deadLetters(cli, tools);
  lag(cli, tools);
  events(cli, tools);
}

function deadLetters(cli: Command, { run, output }: Tools): void {
  const dlq = cli
    .command('dlq')
    .description('dead letters: the events that were set aside; on Kafka when WEATHERLINE_KAFKA_BROKERS is set');
  examples(
    filtered(dlq.command('list').description('what is set aside, oldest first')),
    'dlq list --stage transform --since 24h',
    'dlq list --code NO_READINGS --json',
  ).action(run(async (options) => (await import('./commands/dlq.ts')).listDeadLetters(options, output())));
  examples(
    dlq
      .command('show <id>')
      .description('one of them: why, where from, the original event, and the command that puts it back')
      .addOption(data()),
    'dlq show weatherline.readings.fetched/3/17',
  ).action(run(async (id, options) => (await import('./commands/dlq-show.ts')).showDeadLetter(id, options, output())));
  examples(
    changing(dlq.command('redrive [id...]'), 'put them back')
      .description('put originals back on their topics, then take their dead letters away')
      .option('--force', 'also what was put back three times and set aside again')
      .addOption(timeout()),
    'dlq redrive weatherline.readings.fetched/3/17',
    'dlq redrive --all --stage transform --dry-run',
    'dlq redrive --all --run 20261123T060000Z --yes',
  ).action(run(async (ids, options) => (await import('./commands/dlq.ts')).redriveDeadLetters(ids, options, output())));
  examples(
    changing(dlq.command('purge [id...]'), 'take them away').description('take dead letters away for good'),
    'dlq purge weatherline.readings.fetched/3/17 --yes',
    'dlq purge --all --code SLOT_EXPIRED --until 720h',
  ).action(run(async (ids, options) => (await import('./commands/dlq.ts')).purgeDeadLetters(ids, options, output())));
}

function filtered(command: Command): Command {
  return command
    .addOption(new Option('--stage <stage>', 'of this stage').choices(['fetch', 'transform', 'upload']))
    .option('--code <code>', 'with this code, such as NO_READINGS')
    .option('--run <slot>', 'of this run: a slot id, or RFC 3339')
    .option('--since <time>', 'set aside at this instant or later; RFC 3339, or how long ago such as 2h')
    .option('--until <time>', 'set aside before this instant')
    .addOption(data());
}

function changing(command: Command, what: string): Command {
  return filtered(command.option('--all', 'all that the filters match; without filters all there are'))
    .option('--dry-run', 'only say what would be done')
    .option('--yes', `${what} without asking; needed where nobody can be asked`);
}

function lag(cli: Command, { run, output }: Tools): void {
  examples(
    cli
      .command('lag')
      .description('how far each function is behind, lane by lane; on Kafka when WEATHERLINE_KAFKA_BROKERS is set')
      .option('--partitions', 'each partition on a line of its own')
      .option('--watch', 'look again every 2 s')
      .addOption(data()),
    'lag --watch',
    'lag --partitions --json',
  ).action(run(async (options) => (await import('./commands/lag.ts')).showLag(options, output())));
}

function events(cli: Command, { run, output }: Tools): void {
  const command = cli
    .command('events')
    .description('the events in the log; on Kafka when WEATHERLINE_KAFKA_BROKERS is set');
  examples(
    command
      .command('tail')
      .description('events of all topics in the order of time; with --json whole, one a line')
      .option('--topic <topic>', 'only of this topic (default: all but those of dead letters)')
      .option('--type <type>', 'only of this type, such as readings.fetched.v1')
      .option('--run <slot>', 'only of this run: a slot id, or RFC 3339')
      .option('--since <time>', 'only from this instant on; RFC 3339, or how long ago such as 2h')
      .option('--follow', 'go on with what is published from now on')
      .addOption(limit(100))
      .addOption(data()),
    'events tail --follow',
    'events tail --run 20261123T060000Z --json',
  ).action(run(async (options) => (await import('./commands/events-tail.ts')).tailEvents(options, output())));
  examples(
    command
      .command('send <file>')
      .description('publish a CloudEvent in structured JSON, from a file or - for stdin, to the topic of its type')
      .addOption(new Option('--lane <lane>', 'on which lane').choices(['live', 'replay']).default('live'))
      .addOption(timeout())
      .addOption(data()),
    'events send event.json',
    'events tail --type readings.fetched.v1 --limit 1 --json | weatherline events send - --lane replay',
  ).action(
    run(async (file, options) => (await import('./commands/events-send.ts')).sendEvent(file, options, output())),
  );
}
