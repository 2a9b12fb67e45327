import {
  createLogger,
  createMetrics,
  endOnBugs,
  EXIT,
  loadConfig,
  redact,
  runProcess,
  secretReader,
  serveInfra,
  stopOnSignals,
  systemClock,
  type Logger,
  type Values,
} from '@weatherline/runtime';
import { Kept } from './kept.ts';
import { FilesError } from './files-error.ts';
import { initialise } from './init.ts';
import { refreshMetrics } from './metrics.ts';
import { Refresher } from './refresh.ts';
import { Session } from './session.ts';
import { REFRESH_SETTINGS, VAULT_SETTINGS } from './settings.ts';
import { VaultClient } from './vault-client.ts';
import { VaultError, type VaultFault } from './vault-error.ts';

export type Mode = 'init' | 'refresh';

export type Running = {
  readonly mode: Mode;
  readonly version: string;
  /** Variables of other deployables, which are no mistake in this one's environment. */
  readonly known: readonly string[];
};

/** INTERFACES: what the process says to its parent. A secret that is not there is a setting that names another. */
const CODE: Readonly<Record<VaultFault, number>> = {
  denied: EXIT.auth,
  unreachable: EXIT.unreachable,
  unavailable: EXIT.unreachable,
  missing: EXIT.configuration,
  refused: EXIT.configuration,
};

/** Runs one mode to its end, and ends the process with the code that its end means. */
export async function runSecretsInit({ mode, version, known }: Running, host: NodeJS.Process): Promise<void> {
  const secrets = new Kept();
  await runProcess('secrets-init', host, async () => {
    try {
      await (mode === 'init' ? init : refresh)({ version, known, secrets, host });
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      const message = error instanceof Error ? error.message : '';
      host.stderr.write(`weatherline secrets-init: ${redact(message, secrets.all())}\n`);
      host.exit(code);
    }
  });
}

export function codeOf(error: unknown): number | undefined {
  if (error instanceof VaultError) return CODE[error.fault];
  if (error instanceof FilesError) return EXIT.configuration;
  return error instanceof Interrupted ? EXIT.interrupted : undefined;
}

/** It was asked to stop before it was done. */
export class Interrupted extends Error {}

type Parts = Omit<Running, 'mode'> & { readonly secrets: Kept; readonly host: NodeJS.Process };

async function init({ version, known, secrets, host }: Parts): Promise<void> {
  const config = loadConfig(VAULT_SETTINGS, host.env, known);
  const log = logger(version, config.logLevel, secrets);
  endOnBugs(host, log);
  using stopping = stopOnSignals(host);
  const { signal } = stopping;
  const session = openSession({ config, secrets, host, log, signal });
  const { wanted, directory, timeoutMs } = config;
  const { random } = Math;
  try {
    await initialise({
      wanted,
      directory,
      timeoutMs,
      session,
      clock: systemClock,
      log,
      signal,
      random,
      keepSecret: secrets.keep,
    });
  } catch (error) {
    throw signal.aborted ? new Interrupted('stopped before the secrets were written') : error;
  }
}

async function refresh({ version, known, secrets, host }: Parts): Promise<void> {
  const config = loadConfig(REFRESH_SETTINGS, host.env, known);
  const log = logger(version, config.logLevel, secrets);
  endOnBugs(host, log);
  using stopping = stopOnSignals(host);
  await using resources = new AsyncDisposableStack();
  const session = openSession({ config, secrets, host, log, signal: stopping.signal });
  const metrics = createMetrics({ service: SERVICE, version });
  const refresher = new Refresher({
    wanted: config.wanted,
    directory: config.directory,
    everyMs: config.refreshMs,
    session,
    clock: systemClock,
    log,
    metrics: refreshMetrics(metrics.registry),
    random: Math.random,
    keepSecret: secrets.keep,
  });
  const infra = resources.use(
    await serveInfra({
      host: config.httpHost,
      port: config.infraPort,
      metrics,
      version: { service: SERVICE, version },
      checks: async () => refresher.checks(),
    }),
  );
  log.info('listening', { infra_port: infra.port });
  await refresher.run(stopping.signal);
  log.info('stopping');
  infra.drain();
  await session.close();
}

const SERVICE = 'weatherline.secrets-init';

function logger(version: string, level: Values<typeof VAULT_SETTINGS>['logLevel'], secrets: Kept): Logger {
  return createLogger({ service: SERVICE, version, level, secrets: secrets.all });
}

type Opening = {
  readonly config: Values<typeof VAULT_SETTINGS>;
  readonly secrets: Kept;
  readonly host: NodeJS.Process;
  readonly log: Logger;
  readonly signal: AbortSignal;
};

function openSession({ config, secrets, host, log, signal }: Opening): Session {
  const jwt = secretReader('WEATHERLINE_VAULT_JWT', config.jwt, host.env);
  const ca = secretReader('WEATHERLINE_VAULT_CA', config.ca ?? '', host.env);
  const keepSecret = secrets.keep;
  keepSecret(config.jwt);
  const { role, mount, address } = config;
  const client = new VaultClient({ address, ca: () => ca() || undefined, signal });
  return new Session({
    client,
    clock: systemClock,
    log,
    keepSecret,
    login: () => {
      const now = jwt();
      keepSecret(now);
      return { role, mount, jwt: now };
    },
  });
}
