import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDirectoryReader } from '@weatherline/adapters/directory';
import { openLogReader } from '@weatherline/adapters/embedded';
import { EXIT, type LogReader, type ObjectReader } from '@weatherline/runtime';
import { readConfig, type Config } from './config.ts';
import { openDataDirectory, type DataDirectory } from './data-directory.ts';
import { Failure } from './failure.ts';

/** What a command that only reads needs; the owner may be at work at the same time. */
export type Reading = {
  readonly config: Config;
  readonly directory: DataDirectory;
  readonly store: ObjectReader;
  readonly log: LogReader;
};

export async function openReading(data: string, resources: AsyncDisposableStack): Promise<Reading> {
  const config = readConfig(process.env);
  if (!existsSync(join(data, 'log', 'log.sqlite'))) {
    throw new Failure(
      EXIT.notFound,
      `there is no weatherline data at ${data}: start weatherline first, or name its directory with --data DIR`,
    );
  }
  const directory = openDataDirectory(data);
  const store = resources.use(openDirectoryReader({ directory: directory.objects }));
  const log = resources.use(await openLogReader({ directory: directory.log }));
  return { config, directory, store, log };
}
