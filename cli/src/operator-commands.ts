import { EXIT } from '@weatherline/runtime';
import { Option, type Command } from 'commander';
import { examples, exits, INSTALLATION_EXITS } from './help.ts';
import { data, limit, rate, timeout, type Tools } from './options.ts';

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
  const list = filtered(dlq.command('list').description('what is set aside, oldest first'));
  examples(list, 'dlq list --stage transform --since 24h', 'dlq list --code NO_READINGS --json');
  exits(list, INSTALLATION_EXITS);
  list.action(run(async (options) => (await import('./commands/dlq.ts')).listDeadLetters(options, output())));
  const show = dlq
    .command('show')
    .argument('<id>', 'the id of a dead letter, as dlq list shows it')
    .description('one of them: why, where from, the original event, and the command that puts it back')
    .addOption(data());
  examples(show, `dlq show ${ID}`, `dlq show ${ID} --json`);
  exits(show, { ...INSTALLATION_EXITS, [EXIT.notFound]: 'no dead letter has this id, or there is no data directory' });
  show.action(
    run(async (id, options) => (await import('./commands/dlq-show.ts')).showDeadLetter(id, options, output())),
  );
  redrive(dlq, { run, output });
  const purge = changing(dlq.command('purge'), 'take them away').description('take dead letters away for good');
  examples(
    purge,
    `dlq purge ${ID} --yes`,
    'dlq purge --all --code SLOT_EXPIRED --until 720h --dry-run',
    'dlq purge --stage transform --yes --json',
  );
  exits(purge, CHANGING_EXITS);
  purge.action(
    run(async (ids, options) => (await import('./commands/dlq-change.ts')).purgeDeadLetters(ids, options, output())),
  );
}

const ID = 'weatherline.readings.fetched/3/17';
const CHANGING_EXITS = {
  ...INSTALLATION_EXITS,
  [EXIT.notFound]: 'no dead letter has one of these ids, or there is no data directory',
  [EXIT.partial]: 'some of what was selected was not done',
  [EXIT.interrupted]: 'interrupted; what was not done is still set aside',
};

function redrive(dlq: Command, { run, output }: Tools): void {
  const command = changing(dlq.command('redrive'), 'put them back')
    .description('put originals back on their topics, then take their dead letters away')
    .option('--force', 'also what was put back three times and set aside again')
    .addOption(rate('at most so many, such as 10/s or 60/m (default: as fast as it goes)'))
    .addOption(timeout('where nobody else does, handle what was put back for at most this long'));
  examples(
    command,
    `dlq redrive ${ID} --yes`,
    'dlq redrive --all --stage transform --dry-run',
    'dlq redrive --all --run 20261123T060000Z --yes --rate 600/m --json',
  );
  exits(command, CHANGING_EXITS);
  command.action(
    run(async (ids, options) => (await import('./commands/dlq-change.ts')).redriveDeadLetters(ids, options, output())),
  );
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
  return filtered(
    command
      .argument('[id...]', 'ids of dead letters, as dlq list shows them')
      .option('--all', 'all that the filters match; without filters all there are'),
  )
    .option('--dry-run', 'only say what would be done')
    .option('--yes', `${what} without asking; needed where nobody can be asked`);
}

function lag(cli: Command, { run, output }: Tools): void {
  const command = cli
    .command('lag')
    .description('how far each function is behind, lane by lane; on Kafka when WEATHERLINE_KAFKA_BROKERS is set')
    .option('--partitions', 'each partition on a line of its own')
    .option('--watch', 'look again every 2 s, until Ctrl-C')
    .addOption(data());
  examples(command, 'lag', 'lag --watch', 'lag --watch --json', 'lag --partitions --json');
  exits(command, INSTALLATION_EXITS);
  command.action(run(async (options) => (await import('./commands/lag.ts')).showLag(options, output())));
}

function events(cli: Command, { run, output }: Tools): void {
  const command = cli
    .command('events')
    .description('the events in the log; on Kafka when WEATHERLINE_KAFKA_BROKERS is set');
  const tail = command
    .command('tail')
    .description('events of all topics in the order of time; with --json whole, one a line')
    .option('--topic <topic>', 'only of this topic (default: all but those of dead letters)')
    .option('--type <type>', 'only of this type, such as readings.fetched.v1')
    .option('--run <slot>', 'only of this run: a slot id, or RFC 3339')
    .option('--since <time>', 'only from this instant on; RFC 3339, or how long ago such as 2h')
    .option('--follow', 'go on with what is published from now on, until Ctrl-C')
    .addOption(limit(100))
    .addOption(data());
  examples(tail, 'events tail --follow', 'events tail --run 20261123T060000Z --json');
  exits(tail, INSTALLATION_EXITS);
  tail.action(run(async (options) => (await import('./commands/events-tail.ts')).tailEvents(options, output())));
  const send = command
    .command('send')
    .argument('<file>', 'the event, or - for stdin')
    .description('publish a CloudEvent in structured JSON to the topic of its type')
    .addOption(new Option('--lane <lane>', 'on which lane').choices(['live', 'replay']).default('live'))
    .addOption(timeout('where nobody else does, handle it for at most this long'))
    .addOption(data());
  examples(send, 'events send event.json', 'events tail --limit 1 --json | weatherline events send -');
  exits(send, { ...INSTALLATION_EXITS, [EXIT.notFound]: 'the file cannot be read, or there is no data directory' });
  send.action(
    run(async (file, options) => (await import('./commands/events-send.ts')).sendEvent(file, options, output())),
  );
}
