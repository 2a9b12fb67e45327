import { encodeEvent, envelopeOf, type OutgoingMessage, createLogger, TOPICS } from '@weatherline/runtime';
import { parseProductKey, productKey, ReadingsFetched, RunRequested, slotId, slotInstant } from '@weatherline/events';
import { drawFault, createMemoryBroker, createMemoryStore, createUpstream } from '@weatherline/testkit';
import { checkInvariants, type Evidence } from '@weatherline/testkit/invariants';
import { readPlan } from '../../cli/src/plan.ts';
import { FIRST, SECOND, startCron, startReader, startStages, type StageName, type Surroundings } from './chain.ts';
import { Deployment } from './deployment.ts';
import { mayBeSetAside } from './expected.ts';
import type { Hosted, Perils, Points } from './process.ts';
import type { Scenario } from './scenario.ts';
import { World } from './world.ts';

export type Outcome = {
  readonly violations: readonly string[];
  readonly hash: string;
  readonly points: number;
  readonly names: readonly string[];
  readonly trace: readonly string[];
  readonly crashes: number;
  /** Virtual time from the first slot until nothing was left to do. */
  readonly settledAfterMs: number;
  /** From a slot to the last of its products. */
  readonly slowestMs: number;
  readonly lines: readonly string[];
  readonly evidence: Evidence;
};

export type Options = {
  /** The points at which the process that passes them dies. */
  readonly crashAt?: readonly number[];
  readonly trace?: boolean;
};

const CANARY = 'canary-5f1d0c7ab93e';
const MINUTE = 60_000;
const TOPICS_OF = (partitions: number) =>
  TOPICS.map(({ name, ...rest }) => ({ ...rest, name, partitions: name.endsWith('.dlq') ? 1 : partitions }));

/** One whole run of the chain on virtual time: two slots, the faults of the scenario, then quiet, then the checker. */
export async function simulate(scenario: Scenario, options: Options = {}): Promise<Outcome> {
  const world = new World(scenario.seed, options);
  const start = world.now;
  const tally = { crashes: 0 };
  const isCalm = (): boolean => world.now - start > scenario.calmAfterMs;
  const points: Points = { passed: 0, names: options.trace === true ? [] : undefined };
  const perils = perilsOf(scenario, world, isCalm, tally, options);
  const hosted: Hosted = { world, perils, points };
  const lines: string[] = [];
  const surroundings = await surround(scenario, world, isCalm, lines);
  const deployments = deploy(scenario, hosted, surroundings);
  let settledAfterMs = 0;
  const work = async (): Promise<void> => {
    for (const { deployment, afterMs } of deployments) {
      if (afterMs === 0) deployment.start();
      else void world.sleep(afterMs).then(() => deployment.start());
    }
    const scripted = stir(
      scenario,
      world,
      isCalm,
      surroundings,
      deployments.map(({ deployment }) => deployment),
    );
    // A scheduler that has failed looks again after half a minute.
    await world.sleep(scenario.calmAfterMs + 35_000);
    await Promise.all(scripted);
    settledAfterMs =
      (await settle(
        world,
        surroundings,
        deployments.map(({ deployment }) => deployment),
      )) - start;
    for (const { deployment } of deployments) await deployment.stop();
  };
  const failed: string[] = [];
  try {
    await world.run(work());
  } catch (error) {
    failed.push(`liveness: ${error instanceof Error ? error.message : String(error)}`);
  }
  const evidence = evidenceOf(scenario, surroundings, lines);
  const violations = [...failed, ...(await check(scenario, surroundings, evidence))];
  return {
    violations,
    hash: world.hash,
    points: points.passed,
    names: points.names ?? [],
    trace: world.trace ?? [],
    crashes: tally.crashes,
    settledAfterMs,
    slowestMs: slowestOf(surroundings.store),
    lines,
    evidence,
  };
}

function perilsOf(
  scenario: Scenario,
  world: World,
  isCalm: () => boolean,
  tally: { crashes: number },
  { crashAt = [] }: Options,
): Perils {
  const { random } = world;
  const start = world.now;
  const isAway = (span: readonly [number, number] | undefined): boolean =>
    span !== undefined && world.now - start >= span[0] && world.now - start < span[1];
  return {
    dies: (point) => {
      const dies =
        crashAt.includes(point) ||
        (scenario.crashRate > 0 && tally.crashes < scenario.maxCrashes && !isCalm() && random() < scenario.crashRate);
      if (dies) tally.crashes += 1;
      return dies;
    },
    fault: (operation) => {
      if (isCalm()) return undefined;
      if (operation.startsWith('broker.') && isAway(scenario.brokerAway)) return 'before';
      if (operation.startsWith('store.') && isAway(scenario.storeAway)) return 'before';
      return scenario.rates.length === 0 ? undefined : drawFault(scenario.rates, operation, random);
    },
    latencyMs: () => {
      if (scenario.slowRate > 0 && !isCalm() && random() < scenario.slowRate) return 50 + random() * 1_500;
      return 1 + random() * 20;
    },
    arrivesLate: () => random() < 0.5,
  };
}

async function surround(
  scenario: Scenario,
  world: World,
  isCalm: () => boolean,
  lines: string[],
): Promise<Surroundings> {
  const { random, clock } = world;
  const broker = createMemoryBroker({
    clock,
    redelivers: () => scenario.redeliveryRate > 0 && !isCalm() && random() < scenario.redeliveryRate,
  });
  await broker.ensureTopics(TOPICS_OF(scenario.partitions));
  const store = createMemoryStore(() => clock.now());
  const start = world.now;
  const upstream = createUpstream({
    clock,
    key: CANARY,
    callsPerMinute: scenario.callsPerMinute,
    retryAfterMs: () => scenario.retryAfterMs,
    answer: ({ id }) => {
      if (id === scenario.missing) return 'missing';
      if (id === scenario.bug) return 'bug';
      if (isCalm()) return 'good';
      const { keyRefused } = scenario;
      if (keyRefused !== undefined && world.now - start >= keyRefused[0] && world.now - start < keyRefused[1])
        return 'key';
      for (const answer of ['unavailable', 'throttled', 'garbage'] as const) {
        if (random() < (scenario.upstream[answer] ?? 0)) return answer;
      }
      return 'good';
    },
  });
  const log = createLogger({
    service: 'simulation',
    version: '0',
    level: isWatched(scenario) ? 'info' : 'error',
    destination: { write: (line: string) => void lines.push(line) },
    secrets: () => [CANARY],
  });
  return { world, scenario, broker, store, upstream, log, handled: [], repeated: [], latest: [], kills: [] };
}

type Planned = { readonly deployment: Deployment; readonly afterMs: number };

function deploy(scenario: Scenario, hosted: Hosted, surroundings: Surroundings): Planned[] {
  const { world } = hosted;
  const planned: Planned[] = [];
  const skew = (): number => (scenario.skewMs === 0 ? 0 : Math.round((world.random() * 2 - 1) * scenario.skewMs));
  const add = (name: string, start: ConstructorParameters<typeof Deployment>[1], afterMs = 0): void => {
    planned.push({ deployment: new Deployment(name, start, hosted, surroundings, skew()), afterMs });
  };
  const all: readonly StageName[] = ['upload', 'transform', 'fetch'];
  for (let member = 1; member <= scenario.members; member += 1) {
    if (scenario.topology === 'together')
      add(`all-${member}`, async (process, around) => startStages(all, process, around));
    else
      for (const stage of all)
        add(`${stage}-${member}`, async (process, around) => startStages([stage], process, around));
  }
  const cron =
    (partSize: number): ConstructorParameters<typeof Deployment>[1] =>
    async (process, around) =>
      startCron(process, around, partSize);
  const { perPart } = scenario;
  add('cron', cron(perPart), scenario.cron === 'late' ? 9 * MINUTE + world.random() * 3 * MINUTE : 500);
  if (scenario.cron === 'twice') add('cron-again', cron(perPart), 600 + world.random() * 10_000);
  // Somebody changed the settings, and both are running for a while.
  if (scenario.cron === 'reconfigured') add('cron-other', cron(perPart + 1), 600 + world.random() * 10_000);
  if (scenario.reader) add('reader', startReader);
  return planned;
}

/** What happens from outside, every now and then, until it is calm. */
function stir(
  scenario: Scenario,
  world: World,
  isCalm: () => boolean,
  surroundings: Surroundings,
  deployments: readonly Deployment[],
): Promise<void>[] {
  const scripted: Promise<void>[] = [];
  const { random } = world;
  const { broker, store } = surroundings;
  const pick = (): Deployment | undefined => deployments[Math.floor(random() * deployments.length)];
  const every = (ms: number | undefined, act: () => Promise<void>): void => {
    if (ms === undefined) return;
    void (async () => {
      for (;;) {
        await world.sleep(ms * (0.5 + random()));
        if (isCalm()) return;
        await act();
      }
    })();
  };
  every(scenario.zombieEveryMs, async () => {
    const process = pick()?.process;
    const membership = process?.memberships[Math.floor(random() * process.memberships.length)];
    if (process === undefined || process.isDead || membership === undefined) return;
    world.note(`${process.name} is put out`);
    void broker.evict(membership, random() * 30_000);
  });
  every(scenario.shuffleEveryMs, async () => {
    const [group, topic] = GROUPS[Math.floor(random() * 3)] ?? GROUPS[0];
    world.note(`${group} is shuffled`);
    void broker.rebalance(group, topic);
  });
  every(scenario.restartEveryMs, async () => void pick()?.restart());
  const at = (ms: number, act: () => Promise<void>): void => void scripted.push(world.sleep(ms).then(act));
  if (scenario.poison) {
    for (const message of POISON) {
      at(random() * 11 * MINUTE, async () => broker.publish(RunRequested.topic, [message]));
      at(random() * 11 * MINUTE, async () => broker.publish(ReadingsFetched.topic, [message]));
    }
  }
  if (scenario.foreign) {
    at(random() * 5_000, async () => {
      const options = { ifNoneMatch: '*', contentType: 'application/x-ndjson' } as const;
      await store.put(foreignKey(scenario), Buffer.from('{"somebody":"else"}\n'), options);
    });
  }
  if (scenario.replay !== undefined)
    at(10 * MINUTE + random() * 4 * MINUTE, async () => replay(scenario, surroundings));
  const cron = deployments.find(({ name }) => name === 'cron');
  if (scenario.cron === 'restarted') at(10 * MINUTE - random() * 60, async () => cron?.restart());
  if (scenario.cron === 'skips') at(5 * MINUTE, async () => cron?.stop());
  return scripted;
}

export function foreignKey({ parts }: Scenario): string {
  return productKey(slotId(SECOND), { index: 1, count: parts });
}

async function replay({ replay: mode }: Scenario, { store, broker }: Surroundings): Promise<void> {
  if (mode === undefined) return;
  for (const slot of [FIRST, SECOND]) {
    const plan = await readPlan(store, slotId(slot));
    if (plan === undefined) continue;
    const messages = plan.parts.map((locations, index) =>
      encodeEvent(
        envelopeOf(RunRequested, {
          run: plan.run,
          part: { index: index + 1, count: plan.parts.length },
          locations,
          previousSlot: plan.previousSlot,
          expiresAt: plan.expiresAt,
          replay: { id: 'again', mode },
        }),
      ),
    );
    await broker.publish(`${RunRequested.topic}.replay`, messages);
  }
}

const text = (value: string): OutgoingMessage => ({ key: 'poison', value: Buffer.from(value), headers: {} });
const POISON: readonly OutgoingMessage[] = [
  text('no JSON at all'),
  { key: 'poison', value: null, headers: { ce_id: 'x' } },
  {
    key: 'poison',
    value: Buffer.from('{"run":1}'),
    headers: { ce_specversion: '1.0', ce_id: 'x', ce_source: '/x', ce_type: RunRequested.type },
  },
  {
    key: 'poison',
    value: Buffer.from('{}'),
    headers: { ce_specversion: '1.0', ce_id: 'y', ce_source: '/x', ce_type: 'dev.weatherline.unheard.of.v9' },
  },
];

const GROUPS = [
  ['weatherline.fetch', 'weatherline.run.requested'],
  ['weatherline.transform', 'weatherline.readings.fetched'],
  ['weatherline.upload', 'weatherline.records.transformed'],
] as const;

/** Waits until everybody is up and nothing is left to do, but not for ever; says when that was. */
async function settle(
  world: World,
  { broker, scenario }: Surroundings,
  deployments: readonly Deployment[],
): Promise<number> {
  const lanes = scenario.replay === undefined ? [''] : ['', '.replay'];
  const backlog = (): number =>
    lanes.reduce(
      (sum, lane) =>
        sum + GROUPS.reduce((all, [group, topic]) => all + broker.backlog(`${group}${lane}`, `${topic}${lane}`), 0),
      0,
    );
  const giveUp = world.now + 60 * MINUTE;
  for (let wait = 1_000; world.now < giveUp; wait = Math.min(wait * 1.3, MINUTE)) {
    if (deployments.every(({ isUp, isStopped }) => isUp || isStopped) && backlog() === 0) break;
    await world.sleep(wait);
  }
  return world.now;
}

/**
 * A bug is met three times for each request; what kills its process does so eight times, and once unseen. Both only while
 * nothing else interferes: a partition that changes hands starts the try in hand again, and a start that came back with a
 * dependency's error forgives the crashes before it.
 */
async function checkAttempts({ scenario, upstream, broker, kills }: Surroundings): Promise<string[]> {
  const { zombieEveryMs, shuffleEveryMs, restartEveryMs, storeAway, brokerAway, keyRefused, callsPerMinute } = scenario;
  const moves = [zombieEveryMs, shuffleEveryMs, restartEveryMs, storeAway, brokerAway, keyRefused, callsPerMinute];
  const { crashRate, redeliveryRate, rates } = scenario;
  const isSteady = moves.every((fault) => fault === undefined) && crashRate === 0 && redeliveryRate === 0;
  if (!isSteady || rates.length > 0 || scenario.upstream.throttled !== undefined) return [];
  let requests = 0;
  for (const lane of scenario.replay === undefined ? [''] : ['', '.replay']) {
    for (const { end } of await broker.lag('weatherline.fetch', `${RunRequested.topic}${lane}`)) requests += end;
  }
  const found: string[] = [];
  const met = upstream.calls.filter(({ answer }) => answer === 'bug').length;
  if (scenario.killer === undefined && met > 3 * requests) {
    found.push(`attempts: expected at most 3 for each of ${requests} requests, got ${met} in all`);
  }
  if (kills.length > 9 * requests) {
    found.push(`crashes: expected at most 9 for each of ${requests} requests, got ${kills.length} in all`);
  }
  return found;
}

/** The rests that everybody must have known of: a lease runs on for 5 s, and a pause takes a moment to be stored. */
function restsOf({ scenario, upstream }: Surroundings): { from: number; until: number }[] {
  const { callsPerMinute, rates, storeAway, crashRate, killer } = scenario;
  const isKnown = callsPerMinute !== undefined && storeAway === undefined && crashRate === 0 && killer === undefined;
  if (!isKnown || rates.some(({ operation }) => operation.startsWith('store.'))) return [];
  return upstream.rests.map(({ from, until }) => ({ from: from + 20_000, until: until - 4_000 }));
}

function slowestOf({ writes }: Surroundings['store']): number {
  const delays = writes.map(({ at, after }) => {
    const slot = slotInstant(parseProductKey(after.key)?.runId ?? '');
    return slot === undefined ? 0 : at - slot.getTime();
  });
  return Math.max(0, ...delays);
}

/** Looking for secrets in every byte takes a tenth of the time: one seed of four is enough. */
function isWatched({ seed }: Scenario): boolean {
  return seed % 4 === 1;
}

/** What the checker is shown of a run. */
function evidenceOf(scenario: Scenario, surroundings: Surroundings, lines: readonly string[]): Evidence {
  const { broker, store, upstream, latest } = surroundings;
  const slots = scenario.cron === 'skips' ? [FIRST] : [FIRST, SECOND];
  const runs = scenario.cron === 'late' ? undefined : slots.map(slotId);
  return {
    log: broker,
    store,
    lanes: scenario.replay === undefined ? ['live'] : ['live', 'replay'],
    writes: store.writes,
    commits: broker.commits,
    upstream: {
      made: upstream.calls,
      callsPerMinute: scenario.callsPerMinute,
      history: false,
      rests: restsOf(surroundings),
    },
    latest,
    ...(isWatched(scenario) ? { canaries: [CANARY], lines } : {}),
    mayBeSetAside: (letter) => mayBeSetAside(letter, surroundings),
    ...(runs === undefined ? {} : { runs }),
  };
}

async function check(scenario: Scenario, surroundings: Surroundings, evidence: Evidence): Promise<string[]> {
  const { store, latest, repeated } = surroundings;
  const all = await checkInvariants(evidence);
  // A plan that was stored in the last moments of its slot and not asked for is known, and shows as missing.
  const found = scenario.cron === 'late' ? all.filter((one) => !one.startsWith('requested: ')) : all;
  found.push(...(await checkAttempts(surroundings)));
  for (const what of repeated) found.push(`repeat: ${what} was handled again by an owner who was told that it is done`);
  if (latest.length > 0) {
    const products = [...store.objects.keys()].filter((key) => /^weather-products\/.*\.jsonl$/.test(key)).toSorted();
    const newest = products.at(-1)?.replace(/^weather-products\/(\d+)\/(\d+)\/(\d+)\/(\d{6}).*$/, '$1$2$3T$4Z');
    if (latest.at(-1) !== newest) found.push(`latest: expected ${newest} in the end, got ${latest.at(-1)}`);
  }
  return found;
}
