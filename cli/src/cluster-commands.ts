import { Option, type Command } from 'commander';
import { EXIT } from '@weatherline/runtime';
import { examples, exits, notes } from './help.ts';
import type { Tools } from './options.ts';

/** What stands between the infrastructure and the manifests. */
export function clusterCommands(cli: Command, { run, output }: Tools): void {
  const cluster = cli.command('cluster').description('what the infrastructure made, for the manifests');
  const config = cluster
    .command('config')
    .description('write the outputs of an environment into cluster-config.env of its overlay')
    .addOption(new Option('--from <file>', 'what tofu output -json has printed, - for stdin').default('-'))
    .addOption(
      new Option('--dir <dir>', 'ask tofu, or else terraform, in this folder for its outputs').conflicts('from'),
    )
    .option('--env <environment>', 'refuse outputs of any other environment')
    .option('--overlays <dir>', 'where the overlays are', 'manifests/overlays')
    .addOption(new Option('--check', 'only say how the file differs; exit 1 when it does').conflicts('stdout'))
    .option('--stdout', 'print the file and write nothing')
    .action(run(async (options) => (await import('./commands/cluster-config.ts')).clusterConfig(options, output())));
  notes(
    config,
    'With a pipe: tofu -chdir=infra/environments/dev output -json | weatherline cluster config. ENVIRONMENT of the output cluster_config says which overlay is meant.',
    'Every value is checked before anything is written: names that are missing or unknown, accounts, regions, ARNs, buckets, networks. What is marked as sensitive or looks like a secret is refused and not shown.',
    'Comments and the order of names in the file stay. It is replaced as a whole or not at all.',
  );
  examples(
    config,
    'cluster config --dir infra/environments/dev --env dev',
    'cluster config --from outputs.json --check',
    'cluster config --from outputs.json --stdout',
    'cluster config --from outputs.json --json',
  );
  exits(config, {
    [EXIT.failed]: '--check: the file differs; or tofu failed',
    [EXIT.notFound]: 'there is no such file, folder or overlay, or neither tofu nor terraform',
    [EXIT.conflict]: 'the outputs are of another environment than --env says, or a line of the file is not KEY=value',
    [EXIT.configuration]: 'the outputs are wrong; the message names each',
  });
}
