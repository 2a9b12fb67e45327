import { createLogger, createMetrics, stopOnSignals, systemClock, type Environment } from '@weatherline/runtime';
import { readConfig } from './config.ts';
import { openDataDirectory, ownDirectory } from './data-directory.ts';
import { humanLog } from './human-log.ts';
import type { Output } from './output.ts';
import { openHistory, openProvider } from './provider.ts';
import { openSystem } from './system.ts';
import type { UpPorts } from './up.ts';
import { version } from './version.ts';

/** Takes the directory and opens the whole chain in it; what it opens is closed by the stack. */
export async function openOwned(
  data: string,
  output: Output,
  resources: AsyncDisposableStack,
  { quiet = false }: { readonly quiet?: boolean } = {},
): Promise<UpPorts> {
  const env = process.env;
  const config = readConfig(env);
  const clock = systemClock;
  const directory = openDataDirectory(data);
  const owner = resources.use(ownDirectory(directory));
  const stopping = resources.use(stopOnSignals(process));
  const provider = resources.use(openProvider(config, env));
  const history = openHistory(config, env);
  if (history !== undefined) resources.use(history);
  const release = version();
  const log = createLogger({
    service: 'weatherline',
    version: release,
    // A command that does the work of others tells its own result, unless somebody wants to see each event.
    level: quiet && !isSet(env, 'WEATHERLINE_LOG_LEVEL') ? 'warn' : config.logLevel,
    destination: process.stderr.isTTY ? humanLog(process.stderr) : process.stderr,
    secrets: () => (config.openweatherKey === undefined ? [] : [config.openweatherKey]),
  });
  const metrics = createMetrics({ service: 'weatherline', version: release });
  const system = await openSystem({ directory, provider, history, clock, log, version: release, metrics }, resources);
  const { signal } = stopping;
  const { print, say } = output;
  return { config, env, system, owner, clock, log, metrics, version: release, signal, print, say };
}

function isSet(env: Environment, name: string): boolean {
  return Boolean(env[name] ?? env[`${name}_FILE`]);
}
