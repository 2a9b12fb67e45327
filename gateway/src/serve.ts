import { once } from 'node:events';
import { DEFAULT_LOCATIONS } from '@weatherline/events';
import {
  COMMON,
  GATEWAY,
  createLogger,
  createMetrics,
  endOnBugs,
  listen,
  loadConfig,
  runProcess,
  serveInfra,
  stopOnSignals,
  systemClock,
  type ObjectStore,
  type Settings,
  type Values,
} from '@weatherline/runtime';
import { ACCESS_SETTINGS, openAccess } from './access/index.ts';
import { createGateway, storeCheck } from './app.ts';
import { createGatewayServer } from './server.ts';

/** What the gateway reads wherever its store is. */
export const GATEWAY_SETTINGS = {
  schedule: COMMON.schedule,
  locations: COMMON.locations,
  httpHost: COMMON.httpHost,
  httpPort: COMMON.httpPort,
  infraPort: COMMON.infraPort,
  logLevel: COMMON.logLevel,
  ...GATEWAY,
  ...ACCESS_SETTINGS,
} as const;

export type GatewayServing<S extends Settings> = {
  readonly version: string;
  readonly settings: S;
  /** Variables of other deployables, which are no mistake in this one's environment. */
  readonly known: readonly string[];
  readonly open: (config: Values<S & typeof GATEWAY_SETTINGS>) => Promise<ObjectStore>;
};

/** The gateway as a process of its own; SIGTERM lets the requests in hand finish and ends it with 0. */
export async function serveGateway<S extends Settings>(
  serving: GatewayServing<S>,
  host: NodeJS.Process,
): Promise<void> {
  await runProcess('gateway', host, async () => serve(serving, host));
}

async function serve<S extends Settings>(
  { version, settings, known, open }: GatewayServing<S>,
  host: NodeJS.Process,
): Promise<void> {
  const config: Values<S & typeof GATEWAY_SETTINGS> = loadConfig({ ...settings, ...GATEWAY_SETTINGS }, host.env, known);
  const service = 'weatherline.gateway';
  const log = createLogger({ service, version, level: config.logLevel });
  endOnBugs(host, log);
  const { schedule } = config;
  const locations = config.locations ?? DEFAULT_LOCATIONS;
  using stopping = stopOnSignals(host);
  await using resources = new AsyncDisposableStack();
  const clock = systemClock;
  const metrics = createMetrics({ service, version });
  const now = clock.now();
  metrics.setSchedulePeriod((schedule.next(now).getTime() - schedule.current(now).getTime()) / 1000);
  const store = resources.use(await open(config));
  const gateway = createGateway({
    store,
    clock,
    log,
    schedule,
    locations,
    version,
    observe: metrics.observeHttp,
    observeStore: metrics.observeStore,
    presign: config.presign,
    accessLog: config.accessLog,
    access: openAccess({ config, env: host.env, clock, log }),
  });
  const http = resources.use(
    await listen(createGatewayServer(gateway), {
      host: config.httpHost,
      port: config.httpPort,
      setting: 'WEATHERLINE_HTTP_PORT',
    }),
  );
  const infra = resources.use(
    await serveInfra({
      host: config.httpHost,
      port: config.infraPort,
      metrics,
      version: { service, version },
      checks: async () => [await storeCheck(gateway)],
    }),
  );
  log.info('listening', { port: http.port, infra_port: infra.port });
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  log.info('stopping');
  infra.drain();
  // Whoever routes to this process needs a while to see that it is going: until then it serves, connection by connection.
  gateway.drain();
  await clock.sleep(config.drainDelayMs);
}
