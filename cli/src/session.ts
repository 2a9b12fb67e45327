import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDirectoryReader } from '@weatherline/adapters/directory';
import { openLogReader } from '@weatherline/adapters/embedded';
import {
  createLogger,
  createMetrics,
  EXIT,
  stopOnSignals,
  systemClock,
  type LogReader,
  type ObjectReader,
} from '@weatherline/runtime';
import { readConfig, type Config } from './config.ts';
import { openDataDirectory, ownDirectory, type DataDirectory } from './data-directory.ts';
import { Failure } from './failure.ts';
import { humanLog } from './human-log.ts';
import type { Output } from './output.ts';
import { openProvider } from './provider.ts';
import { openSystem } from './system.ts';
import type { UpPorts } from './up.ts';
import { version } from './version.ts';

/** Takes the directory and opens the whole chain in it; what it opens is closed by the stack. */
export async function openOwned(data: string, output: Output, resources: AsyncDisposableStack): Promise<UpPorts> {
  const env = process.env;
  const config = readConfig(env);
  const clock = systemClock;
  const stopping = resources.use(stopOnSignals(process));
  const directory = openDataDirectory(data);
  const owner = resources.use(ownDirectory(directory));
  const provider = resources.use(openProvider(config, env));
  const release = version();
  const log = createLogger({
    service: 'weatherline',
    version: release,
    level: config.logLevel,
    destination: process.stderr.isTTY ? humanLog(process.stderr) : process.stderr,
    secrets: () => (config.openweatherKey === undefined ? [] : [config.openweatherKey]),
  });
  const metrics = createMetrics({ service: 'weatherline', version: release });
  const system = await openSystem({ directory, provider, clock, log, version: release, metrics }, resources);
  const { signal } = stopping;
  const { print, say } = output;
  return { config, env, system, owner, clock, log, metrics, version: release, signal, print, say };
}

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
