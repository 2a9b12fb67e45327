import { randomFrom, type FaultRates, type UpstreamAnswer } from '@weatherline/testkit';

/** Everything that one seed decides before anything happens. */
export type Scenario = {
  readonly seed: number;
  readonly parts: number;
  readonly perPart: number;
  /** `apart` = a deployment for each function; `together` = whole chains side by side. */
  readonly topology: 'apart' | 'together';
  readonly members: number;
  readonly partitions: number;
  readonly concurrency: number;
  readonly callsPerMinute: number | undefined;
  /** When faults end, from the first slot on. */
  readonly calmAfterMs: number;
  readonly rates: FaultRates;
  /** How often a process dies at one of its points, how many may in all. */
  readonly crashRate: number;
  readonly maxCrashes: number;
  /** How often, on average, a member is put out but runs on; a group is shuffled; a process is restarted nicely. */
  readonly zombieEveryMs: number | undefined;
  readonly shuffleEveryMs: number | undefined;
  readonly restartEveryMs: number | undefined;
  readonly redeliveryRate: number;
  /** The broker is away for a while, from when to when. */
  readonly brokerAway: readonly [number, number] | undefined;
  readonly storeAway: readonly [number, number] | undefined;
  readonly skewMs: number;
  readonly slowRate: number;
  readonly upstream: Readonly<Partial<Record<UpstreamAnswer, number>>>;
  readonly keyRefused: readonly [number, number] | undefined;
  readonly retryAfterMs: number | undefined;
  /** One location that has no weather, one that meets a bug of ours, one that kills its process. */
  readonly missing: string | undefined;
  readonly bug: string | undefined;
  readonly killer: string | undefined;
  readonly cron: 'once' | 'twice' | 'late' | 'skips' | 'restarted' | 'reconfigured';
  readonly poison: boolean;
  /** Somebody else's product lies under the name of a part of the second slot. */
  readonly foreign: boolean;
  readonly replay: 'fill' | 'replace' | 'verify' | undefined;
  readonly reader: boolean;
};

const MINUTE = 60_000;

/** No fault at all: what crashes are enumerated over. */
export function calmScenario(seed: number): Scenario {
  return {
    seed,
    parts: 2,
    perPart: 1,
    topology: 'apart',
    members: 1,
    partitions: 2,
    concurrency: 2,
    callsPerMinute: undefined,
    calmAfterMs: 11 * MINUTE,
    rates: [],
    crashRate: 0,
    maxCrashes: 0,
    zombieEveryMs: undefined,
    shuffleEveryMs: undefined,
    restartEveryMs: undefined,
    redeliveryRate: 0,
    brokerAway: undefined,
    storeAway: undefined,
    skewMs: 0,
    slowRate: 0,
    upstream: {},
    keyRefused: undefined,
    retryAfterMs: undefined,
    missing: undefined,
    bug: undefined,
    killer: undefined,
    cron: 'once',
    poison: false,
    foreign: false,
    replay: undefined,
    reader: false,
  };
}

/** Draws which faults exist in this run, and how often each of them strikes. */
export function drawScenario(seed: number): Scenario {
  const random = randomFrom(seed ^ 0x5eed);
  const chance = (rate: number): boolean => random() < rate;
  const between = (low: number, high: number): number => low + random() * (high - low);
  const whole = (low: number, high: number): number => Math.floor(between(low, high + 1));
  const maybe = <Value>(rate: number, value: () => Value): Value | undefined => (chance(rate) ? value() : undefined);
  const span = (): readonly [number, number] => {
    const from = between(0, 11 * MINUTE);
    return [from, from + between(1_000, 90_000)];
  };
  const parts = whole(1, 2);
  const perPart = whole(1, 2);
  const place = (): string => `place-${whole(1, parts * perPart)}`;
  const rates = drawRates(chance, between);
  const crashes = chance(0.4);
  const foreign = chance(0.08);
  const upstream: Partial<Record<UpstreamAnswer, number>> = {};
  if (chance(0.2)) upstream.unavailable = between(0.05, 0.6);
  if (chance(0.2)) upstream.throttled = between(0.05, 0.3);
  if (chance(0.1)) upstream.garbage = between(0.05, 0.5);
  return {
    seed,
    parts,
    perPart,
    topology: chance(0.5) ? 'apart' : 'together',
    members: whole(1, 2),
    partitions: whole(1, 2),
    concurrency: chance(0.5) ? 8 : whole(1, 2),
    callsPerMinute: maybe(upstream.throttled === undefined ? 0.35 : 0.6, () => whole(2, 8)),
    calmAfterMs: between(10.5, 13) * MINUTE,
    rates,
    crashRate: crashes ? between(0.002, 0.03) : 0,
    maxCrashes: crashes ? whole(1, 5) : 0,
    zombieEveryMs: maybe(0.15, () => between(5_000, 240_000)),
    shuffleEveryMs: maybe(0.15, () => between(5_000, 240_000)),
    restartEveryMs: maybe(0.15, () => between(20_000, 240_000)),
    redeliveryRate: chance(0.1) ? between(0.05, 0.5) : 0,
    brokerAway: maybe(0.08, span),
    storeAway: maybe(0.08, span),
    skewMs: chance(0.2) ? between(100, 1_500) : 0,
    slowRate: chance(0.3) ? between(0.01, 0.2) : 0,
    upstream,
    keyRefused: maybe(0.05, span),
    retryAfterMs: maybe(0.5, () => between(1_000, 150_000)),
    missing: maybe(0.15, place),
    bug: maybe(0.08, place),
    killer: maybe(0.04, place),
    cron: chance(0.6)
      ? 'once'
      : ((['twice', 'late', 'skips', 'restarted', 'reconfigured'] as const)[whole(0, 4)] ?? 'once'),
    poison: chance(0.1),
    foreign,
    replay: maybe(foreign ? 0.6 : 0.15, () => (['fill', 'replace', 'verify'] as const)[whole(0, 2)] ?? 'fill'),
    reader: chance(0.15),
  };
}

function drawRates(chance: (rate: number) => boolean, between: (low: number, high: number) => number): FaultRates {
  const rates: { operation: string; fault: 'before' | 'after' | 'twice' | 'refused'; rate: number }[] = [];
  const kinds = [
    ['store.get', 'before'],
    ['store.put', 'before'],
    ['store.put', 'after'],
    ['store.put', 'twice'],
    ['store.put', 'refused'],
    ['broker.publish', 'before'],
    ['broker.publish', 'after'],
    ['broker.publish', 'twice'],
    ['broker.commit', 'before'],
    ['broker.commit', 'after'],
    ['broker.commit', 'refused'],
    ['broker.publish.dlq', 'before'],
  ] as const;
  for (const [operation, fault] of kinds) if (chance(0.15)) rates.push({ operation, fault, rate: between(0.02, 0.5) });
  return rates;
}
