import type { KafkaBroker, TopicDifference } from '@weatherline/adapters/kafka';
import { TOPICS } from '@weatherline/runtime';
import { lineOf, UNCHANGEABLE } from '../commands/topics.ts';
import { fail, ok, warn, type Finding } from './check.ts';

const HOUR_MS = 3_600_000;
/** As long as an event may wait for a dependency before it is set aside. */
const LONGEST_WAIT_MS = 6 * HOUR_MS;
const RETENTION = 'retention.ms';

export type BrokerQuestion = {
  readonly addresses: readonly string[];
  /** Why nobody can be reached at an address; undefined = somebody can. */
  readonly unreachable: (address: string) => Promise<string | undefined>;
  readonly broker: Pick<KafkaBroker, 'verifyTopics'>;
};

/** First whether anybody listens, which is told at once; then whether we are let in. */
export async function checkBrokers({ addresses, unreachable, broker }: BrokerQuestion): Promise<Finding> {
  const asked = await Promise.all(addresses.map(async (address) => ({ address, why: await unreachable(address) })));
  const away = asked.flatMap(({ address, why }) => (why === undefined ? [] : [`${address} (${why})`]));
  const fix = 'start the brokers, or correct WEATHERLINE_KAFKA_BROKERS and the way there';
  if (away.length === addresses.length) return fail(`cannot be reached: ${away.join(', ')}`, fix);
  // Names no topic: it asks only whether we are let in.
  await broker.verifyTopics([]);
  if (away.length > 0)
    return warn(`${addresses.length - away.length} answer; cannot be reached: ${away.join(', ')}`, fix);
  return ok(`${addresses.join(', ')}: let in`);
}

function isRetention({ topic, what }: TopicDifference): boolean {
  return what === RETENTION && !topic.endsWith('.dlq');
}

/** The brokers' topics against the catalogue, as `topics verify` compares them. */
export function checkTopics(differences: readonly TopicDifference[]): Finding {
  const found = differences.filter((difference) => !isRetention(difference));
  if (found.length === 0) return ok(`${TOPICS.length} topics are as they should be`);
  const needsHand = found.some(({ what }) => UNCHANGEABLE.has(what));
  const apply = 'weatherline topics apply';
  const fix = needsHand
    ? `${apply}; what it cannot change needs new topics, or other WEATHERLINE_KAFKA_* settings`
    : apply;
  return fail(found.map(lineOf).join('\n'), fix);
}

/** Events must outlive the longest wait; what is older than the topics keep is replayed from the archive in the bucket. */
export function checkRetention(differences: readonly TopicDifference[]): Finding {
  const changed = differences.filter(isRetention).map(({ topic, found }) => ({ topic, ms: Number(found) }));
  const short = changed.filter(({ ms }) => ms >= 0 && ms < wantedOf());
  if (short.length === 0) return ok(`${spanOf(wantedOf())}; older slots are replayed from the archive in the bucket`);
  const told = short.map(({ topic, ms }) => `${topic} keeps ${spanOf(ms)}`).join('\n');
  const fix = 'weatherline topics apply';
  if (short.some(({ ms }) => ms < LONGEST_WAIT_MS)) {
    return fail(
      `${told}\nan event may wait ${spanOf(LONGEST_WAIT_MS)} for a dependency, and would be lost before`,
      fix,
    );
  }
  return warn(`${told}\nthe catalogue has ${spanOf(wantedOf())}: a longer standstill than that loses events`, fix);
}

function wantedOf(): number {
  return Math.min(...TOPICS.flatMap(({ retentionMs }) => (retentionMs === undefined ? [] : [retentionMs])));
}

function spanOf(ms: number): string {
  if (ms >= 48 * HOUR_MS) return `${Math.round(ms / (24 * HOUR_MS))} days`;
  return ms >= HOUR_MS ? `${Math.round(ms / HOUR_MS)} h` : `${Math.round(ms / 1000)} s`;
}

/** The topics that are not there: nobody can wait in them. */
export function absentOf(differences: readonly TopicDifference[]): ReadonlySet<string> {
  return new Set(differences.filter(({ what }) => what === 'topic').map(({ topic }) => topic));
}
