import { Option, type Command } from 'commander';
import { EXIT } from '@weatherline/runtime';
import { exits, INSTALLATION_EXITS } from './help.ts';
import { data, examples, limit, timeout, type Tools } from './options.ts';

const SLOT = 'a slot id such as 20261123T060000Z, or RFC 3339';

/** Runs and products: of the installation on Kafka and S3 that the environment names, else of a data directory. */
export function runCommands(cli: Command, tools: Tools): void {
  runs(cli, tools);
  products(cli, tools);
}

function runs(cli: Command, { run, output }: Tools): void {
  const command = cli
    .command('runs')
    .description('what was planned and what became of it; on Kafka and S3 when WEATHERLINE_KAFKA_BROKERS is set');
  exits(
    examples(
      command
        .command('list')
        .description('the newest runs, and the slots that nobody asked for')
        .addOption(limit())
        .option('--from <time>', 'from this slot on: a slot id, RFC 3339, or how long ago such as 48h')
        .option('--to <time>', 'up to this slot')
        .addOption(
          new Option('--state <state>', 'only those in this state').choices([
            'complete',
            'partial',
            'failed',
            'open',
            'missing',
          ]),
        )
        .addOption(data()),
      'runs list',
      'runs list --state missing --from 48h',
      'runs list --limit 100 --json',
    ),
    INSTALLATION_EXITS,
  ).action(run(async (options) => (await import('./commands/runs.ts')).listRuns(options, output())));
  exits(
    examples(
      command
        .command('show')
        .argument('<slot>', SLOT)
        .description('each stage and part of a run as a waterfall, what failed, its product; runs list shows the slots')
        .addOption(data()),
      'runs show 20261123T060000Z',
      'runs show 2026-11-23T06:00:00Z --json',
    ),
    { ...INSTALLATION_EXITS, [EXIT.notFound]: 'nobody asked for this slot, or there is no such data directory' },
  ).action(run(async (slot, options) => (await import('./commands/runs.ts')).showRun({ ...options, slot }, output())));
  exits(
    examples(
      command
        .command('retry')
        .argument('<slot>', SLOT)
        .description(
          'ask again for what a run lacks: parts without a product, locations that failed; runs list shows the slots',
        )
        .option('--location <ids>', 'only the parts that lack one of these locations, joined by commas')
        .option('--wait', 'wait for the result: 0 all is there, 7 locations failed again, 1 set aside, 8 not in time')
        .addOption(timeout())
        .addOption(data()),
      'runs retry 20261123T060000Z --wait',
      'runs retry 20261123T060000Z --location luxembourg,chicago',
    ),
    {
      ...INSTALLATION_EXITS,
      [EXIT.notFound]: 'there is no such run, or none of its parts was planned with these locations',
      [EXIT.failed]: 'a part was set aside again',
      [EXIT.conflict]: 'what is stored as the plan of the run is none',
      [EXIT.partial]: 'locations have failed again',
      [EXIT.timeout]: 'parts were not stored in time',
      [EXIT.interrupted]: 'interrupted; the run goes on, or the next start goes on with it',
    },
  ).action(
    run(async (slot, options) => (await import('./commands/runs-retry.ts')).retryRun({ ...options, slot }, output())),
  );
}

function products(cli: Command, { run, output }: Tools): void {
  const command = cli
    .command('products')
    .description('what was published; on Kafka and S3 when WEATHERLINE_KAFKA_BROKERS is set');
  exits(
    examples(
      command.command('list').description('the newest products, newest first').addOption(limit()).addOption(data()),
      'products list',
      'products list --limit 100 --json',
    ),
    INSTALLATION_EXITS,
  ).action(run(async (options) => (await import('./commands/products.ts')).listProducts(options, output())));
  exits(
    examples(
      command
        .command('latest')
        .description('the lines of the newest product; with --json as one array')
        .addOption(data()),
      'products latest',
      'products latest --json',
    ),
    { ...INSTALLATION_EXITS, [EXIT.notFound]: 'there is no product yet, or no such data directory' },
  ).action(run(async (options) => (await import('./commands/products.ts')).getProduct(options, output())));
  exits(
    examples(
      command
        .command('get')
        .argument('<slot>', SLOT)
        .description("the lines of a slot's product; products list shows the slots")
        .addOption(data()),
      'products get 20261123T060000Z',
      'products get 2026-11-23T06:00:00Z --json',
    ),
    { ...INSTALLATION_EXITS, [EXIT.notFound]: 'there is no product of this slot, or no such data directory' },
  ).action(
    run(async (slot, options) => (await import('./commands/products.ts')).getProduct({ ...options, slot }, output())),
  );
}
