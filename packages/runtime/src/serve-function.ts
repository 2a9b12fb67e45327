import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import type { Chained } from '@weatherline/events';
import { systemClock } from './clock.ts';
import { loadConfig, type Environment, type Settings, type Values } from './config.ts';
import { consume, type Consumer } from './consumer-host.ts';
import type { FunctionDefinition, Logger } from './define-function.ts';
import { serveInfra, type Check } from './infra-server.ts';
import { endOnBugs, runProcess, stopOnSignals } from './lifecycle.ts';
import { createLogger } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { Broker, Clock } from './ports.ts';
import { COMMON, FUNCTION } from './settings.ts';

/** What every function reads as a process of its own, beside its adapters' settings. */
export const BASE = {
  ...FUNCTION,
  httpHost: { ...COMMON.httpHost, doc: 'The address that the infra port listens on' },
  infraPort: COMMON.infraPort,
  logLevel: COMMON.logLevel,
} as const;

export type FunctionConfig<S extends Settings> = Values<S & typeof BASE>;

/** What a deployable has when it opens its adapters; what it gives to `resources` is closed in reverse order. */
export type OpenPorts<S extends Settings> = {
  readonly config: FunctionConfig<S>;
  readonly env: Environment;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly resources: AsyncDisposableStack;
};

export type Serving<S extends Settings, In extends Chained, Out extends Chained> = {
  readonly name: string;
  readonly version: string;
  readonly settings: S;
  /** Variables of other deployables, which are no mistake in this one's environment. */
  readonly known?: readonly string[];
  /** Texts that must never be logged, as they are now. */
  readonly secrets?: (config: FunctionConfig<S>) => readonly string[];
  readonly open: (ports: OpenPorts<S>) => Promise<{
    readonly broker: Broker;
    readonly function: FunctionDefinition<In, Out>;
  }>;
};

/** A function as a process of its own: configuration, log, infra port, consumer; SIGTERM drains it and ends it with 0. */
export async function serveFunction<S extends Settings, In extends Chained, Out extends Chained>(
  serving: Serving<S, In, Out>,
  host: NodeJS.Process,
): Promise<void> {
  await runProcess(serving.name, host, async () => serve(serving, host));
}

async function serve<S extends Settings, In extends Chained, Out extends Chained>(
  serving: Serving<S, In, Out>,
  host: NodeJS.Process,
): Promise<void> {
  const { name, version, settings, known = [], open } = serving;
  const config: FunctionConfig<S> = loadConfig({ ...settings, ...BASE }, host.env, known);
  const service = `weatherline.${name}`;
  const secrets = (): readonly string[] => serving.secrets?.(config) ?? [];
  const log = createLogger({ service, version, level: config.logLevel, secrets });
  endOnBugs(host, log);
  using stopping = stopOnSignals(host);
  await using resources = new AsyncDisposableStack();
  const metrics = createMetrics({ service, version });
  let consumer: Consumer | undefined;
  const infra = resources.use(
    await serveInfra({
      host: config.httpHost,
      port: config.infraPort,
      metrics,
      version: { service, version },
      checks: () => [checkOf(consumer, service)],
    }),
  );
  log.info('listening', { port: infra.port, lane: config.lane });
  const ports = { config, env: host.env, clock: systemClock, log, metrics, resources };
  const { broker, function: definition } = await open(ports);
  const { lane, concurrency } = config;
  if (lane === 'replay') giveWay();
  consumer = resources.use(
    await consume({ broker, function: definition, lane, concurrency, log, observe: metrics.observe }),
  );
  log.info('consuming', { group: consumer.name });
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  log.info('stopping');
  infra.drain();
}

/** On a machine that both lanes share, the scheduler runs live processes first. Where that is forbidden, it is only polite. */
function giveWay(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some sandboxes do not know the call.
  }
}

function checkOf(consumer: Consumer | undefined, service: string): Check {
  if (consumer === undefined) return { name: service, ok: false, detail: 'has not joined its group yet' };
  const { haltedBy, name } = consumer;
  const detail = haltedBy instanceof Error ? { detail: haltedBy.message } : {};
  return { name, ok: haltedBy === undefined, ...detail };
}
