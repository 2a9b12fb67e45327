import { createGateway, createGatewayServer, openAccess, storeCheck, type Gateway } from '@weatherline/gateway';
import {
  ConfigurationError,
  EXIT,
  listen,
  serveInfra,
  type Clock,
  type Environment,
  type Infra,
  type Logger,
  type Metrics,
} from '@weatherline/runtime';
import { slotId } from '@weatherline/events';
import { recordedSeriesPlaces } from '@weatherline/testkit/upstream';
import type { Config } from './config.ts';
import { serveControl } from './control.ts';
import type { Owner } from './data-directory.ts';
import { runState, waitForRun, type WaitResult } from './trigger.ts';
import { controlOf } from './owner-control.ts';
import { planRun, requestRun, settlePlan, type Plan } from './plan.ts';
import { failuresOfRun } from './product-reader.ts';
import { keepSchedule } from './scheduler.ts';
import type { System } from './system.ts';

export type UpPorts = {
  readonly config: Config;
  readonly env: Environment;
  readonly system: System;
  readonly owner: Owner;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly version: string;
  readonly signal: AbortSignal;
  /** Data for other programs: stdout. */
  readonly print: (line: string) => void;
  /** Words for people: stderr. */
  readonly say: (text: string) => void;
};

const READY_WITHIN_MS = 30_000;
const PAST_SLOTS = 28;

/** Makes the current slot's product, prints its keys and says what became of the run. */
export async function upOnce(ports: UpPorts, timeoutMs: number): Promise<number> {
  const { config, clock, print, say } = ports;
  const plan = await openSlot(ports, config.schedule.current(clock.now()));
  const result = await wait(ports, plan, timeoutMs);
  for (const key of result.stored) print(key);
  for (const failure of await failuresOfRun(ports.system.store, plan)) {
    say(`${failure.location}: ${failure.code}${failure.detail === undefined ? '' : ` (${failure.detail})`}`);
  }
  if (result.ended === 'stored') return EXIT.ok;
  say(whyNot(result, plan, ports.system));
  return result.ended === 'timeout' ? EXIT.timeout : result.ended === 'stopped' ? EXIT.interrupted : EXIT.failed;
}

/** Serves until it is asked to stop. */
export async function upServe(ports: UpPorts, resources: AsyncDisposableStack): Promise<number> {
  const { config, system, clock, log, metrics, signal, print, say, owner } = ports;
  const { schedule } = config;
  const now = clock.now();
  metrics.setSchedulePeriod((schedule.next(now).getTime() - schedule.current(now).getTime()) / 1000);
  const gateway = createGateway({ ...gatewayPorts(ports), observe: metrics.observeHttp });
  // Ports are taken before any work, so that a taken one costs nothing.
  const http = resources.use(
    await listen(createGatewayServer(gateway), {
      host: config.httpHost,
      port: config.httpPort,
      setting: 'WEATHERLINE_HTTP_PORT',
    }),
  );
  const infra = resources.use(await openInfra(ports, gateway));
  resources.use(await serveControl(owner.socket, controlOf(ports)));

  const first = schedule.current(now);
  const isNew = (await system.store.list({ prefix: 'weather-runs/', limit: 1 })).objects.length === 0;
  const plan = await openSlot(ports, first);
  const result = await wait(ports, plan, READY_WITHIN_MS);
  if (result.ended !== 'stored' && result.ended !== 'stopped') say(whyNot(result, plan, system));
  if (result.ended === 'stored') metrics.showSlot(first);
  if (!signal.aborted) {
    print(`ready http://127.0.0.1:${http.port}`);
    say(
      `infra http://127.0.0.1:${infra.port}/metrics · next slot ${slotId(schedule.next(clock.now()))} · Ctrl-C stops`,
    );
    if (isNew && config.provider === 'recorded') await openPast(ports, first);
  }
  // A slot that began while the first was being made is not that one.
  await keepSchedule({
    schedule,
    clock,
    log,
    signal,
    opened: first,
    open: async (slot) => void (await openSlot(ports, slot)),
  });
  infra.drain();
  return EXIT.ok;
}

/** Triggers a slot unless its product is there already; a run that was cut short is asked for again. */
async function openSlot({ config, system, log }: UpPorts, slot: Date): Promise<Plan> {
  const planned = planRun({ ...config, slot, reason: 'schedule' });
  const { plan } = await settlePlan(system.store, planned);
  const { missing } = await runState(system.store, system.broker, plan);
  if (missing === 0) return plan;
  await requestRun(system.broker, plan);
  log.info('run requested', { run_id: plan.run.id, parts: plan.parts.length, reason: plan.run.reason });
  return plan;
}

/** So that charts have something true to show: the slots before the first, where a series exists. */
async function openPast({ config, system, log }: UpPorts, first: Date): Promise<void> {
  const locations = recordedSeriesPlaces().filter(({ id }) => config.locations.some((place) => place.id === id));
  if (locations.length === 0) return;
  let slot = first;
  for (let count = 0; count < PAST_SLOTS; count += 1) {
    slot = config.schedule.previous(slot);
    const { plan } = await settlePlan(system.store, planRun({ ...config, locations, slot, reason: 'backfill' }));
    await requestRun(system.broker, plan, 'replay');
  }
  log.info('past runs requested', { runs: PAST_SLOTS, locations: locations.length });
}

async function wait({ system, clock, signal }: UpPorts, plan: Plan, timeoutMs: number): Promise<WaitResult> {
  return waitForRun(system.store, system.broker, plan, { clock, timeoutMs, signal, haltedBy: system.haltedBy });
}

function whyNot(result: WaitResult, plan: Plan, system: System): string {
  const { id } = plan.run;
  const letters = result.deadLetters.map(({ code, message }) => `${code}: ${message}`).join('; ');
  const cause = system.haltedBy();
  if (result.ended === 'dead-letter')
    return `run ${id}: ${result.missing} of ${plan.parts.length} parts set aside: ${letters}`;
  if (result.ended === 'halt') {
    return `run ${id}: consumption has halted: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
  if (result.ended === 'timeout')
    return `run ${id}: ${result.missing} of ${plan.parts.length} parts are not stored yet`;
  return `run ${id}: stopped before the end; the next start goes on where it was`;
}

async function openInfra(ports: UpPorts, gateway: Gateway): Promise<Infra> {
  const { config, metrics, version, system, say } = ports;
  const open = async (port: number): Promise<Infra> =>
    serveInfra({
      host: config.httpHost,
      port,
      metrics,
      version: { service: 'weatherline', version },
      checks: async () => [
        ...system.consumers.map(({ name, haltedBy }) => ({
          name,
          ok: haltedBy === undefined,
          ...(haltedBy instanceof Error ? { detail: haltedBy.message } : {}),
        })),
        await storeCheck(gateway),
      ],
    });
  try {
    return await open(config.infraPort);
  } catch (error) {
    if (config.infraPortIsSet || !(error instanceof ConfigurationError)) throw error;
    const infra = await open(0);
    say(`port ${config.infraPort} is taken: the infra port is ${infra.port} instead`);
    return infra;
  }
}

function gatewayPorts({ config, env, system, clock, log, version }: UpPorts): Parameters<typeof createGateway>[0] {
  const { schedule, locations, accessLog } = config;
  const access = openAccess({ config, env, clock, log });
  return { store: system.store, clock, log, schedule, locations, version, access, accessLog };
}
