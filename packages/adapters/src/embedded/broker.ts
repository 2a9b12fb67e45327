import type { DatabaseSync } from 'node:sqlite';
import {
  HaltError,
  PermanentError,
  systemClock,
  type Broker,
  type Clock,
  type LogReader,
  type OutgoingMessage,
  type Subscription,
  type TopicSpec,
} from '@weatherline/runtime';
import { OwnedPartition, type ConsumerLog } from './consumer.ts';
import { Group, type Member } from './group.ts';
import { partitionOf } from './partitioner.ts';
import { logReader, messageOf } from './reader.ts';
import { expire } from './retention.ts';
import { openForReading, openForWriting } from './schema.ts';
import { GroupCommit } from './writer.ts';

const DEFAULT_MAX_BYTES = 1024 * 1024;
const HOUR_MS = 3_600_000;

export type EmbeddedOptions = { readonly directory: string; readonly clock?: Pick<Clock, 'now'> };

/** An append-only log in one SQLite file, with Kafka's semantics; its one process writes, others may read. */
export async function openEmbeddedBroker({ directory, clock = systemClock }: EmbeddedOptions): Promise<Broker> {
  return new EmbeddedBroker(openForWriting(directory), clock);
}

/** Reads a log beside the process that owns it. */
export async function openLogReader({
  directory,
}: {
  readonly directory: string;
}): Promise<LogReader & AsyncDisposable> {
  const database = openForReading(directory);
  return { ...logReader(database), [Symbol.asyncDispose]: async () => database.close() };
}

class EmbeddedBroker implements Broker {
  readonly lag: Broker['lag'];
  readonly read: Broker['read'];
  readonly #database: DatabaseSync;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #writer: GroupCommit;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #topics = new Map<string, TopicSpec>();
  readonly #groups = new Map<string, Group>();
  readonly #owned = new Map<string, Set<OwnedPartition>>();
  readonly #subscriptions = new Set<AsyncDisposable>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(database: DatabaseSync, clock: Pick<Clock, 'now'>) {
    this.#database = database;
    this.#clock = clock;
    this.#writer = new GroupCommit(database);
    this.#statements = prepare(database);
    const reader = logReader(database);
    this.lag = reader.lag;
    this.read = reader.read;
    for (const spec of this.#statements.topics.all()) this.#remember(specOf(spec));
    this.#sweeper = setInterval(() => this.#sweep(), HOUR_MS).unref();
    this.#sweep();
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    for (const spec of topics) {
      const known = this.#topics.get(spec.name);
      if (known !== undefined && known.partitions !== spec.partitions) {
        throw new HaltError(
          'TOPIC_MISMATCH',
          `${spec.name}: expected ${spec.partitions} partitions, found ${known.partitions}`,
        );
      }
    }
    await this.#writer.write(() => {
      for (const { name, partitions, retentionMs, compacted, maxMessageBytes } of topics) {
        const limit = maxMessageBytes ?? DEFAULT_MAX_BYTES;
        this.#statements.putTopic.run(name, partitions, retentionMs ?? null, compacted === true ? 1 : 0, limit);
        for (let part = 0; part < partitions; part += 1) this.#statements.openEnd.run(name, part);
      }
    });
    for (const spec of topics) this.#remember(spec);
  }

  async publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const spec = this.#specOf(topic);
    const limit = spec.maxMessageBytes ?? DEFAULT_MAX_BYTES;
    for (const { key, value } of messages) {
      if ((value?.length ?? 0) > limit) {
        throw new PermanentError(
          'MESSAGE_TOO_LARGE',
          `${topic}, key ${key}: expected at most ${limit} bytes, got ${value?.length}`,
        );
      }
    }
    const touched = new Set<number>();
    await this.#writer.write(() => {
      const at = this.#clock.now().getTime();
      for (const { key, value, headers } of messages) {
        const part = partitionOf(key, spec.partitions);
        touched.add(part);
        const next = Number(this.#statements.end.get(topic, part)?.['next'] ?? 0);
        this.#statements.append.run(topic, part, next, at, key, JSON.stringify(headers), value);
        this.#statements.setEnd.run(next + 1, topic, part);
        if (spec.compacted === true) this.#statements.compact.run(topic, part, key, next);
      }
    }, urgencyOf(topic));
    for (const owned of this.#owned.get(topic) ?? []) if (touched.has(owned.partition)) owned.wake();
  }

  async subscribe(subscription: Subscription): Promise<AsyncDisposable> {
    const { topic, group: name } = subscription;
    const spec = this.#specOf(topic);
    const id = `${name} ${topic}`;
    const group = this.#groups.get(id) ?? new Group(spec.partitions);
    this.#groups.set(id, group);
    const member = this.#memberOf(subscription);
    await group.join(member);
    const handle = {
      [Symbol.asyncDispose]: async () => {
        if (this.#subscriptions.delete(handle)) await group.leave(member);
      },
    };
    this.#subscriptions.add(handle);
    return handle;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#sweeper);
    await Promise.all([...this.#subscriptions].map(async (handle) => handle[Symbol.asyncDispose]()));
    this.#writer.close();
    if (this.#database.isOpen) this.#database.close();
  }

  #memberOf(subscription: Subscription): Member {
    const mine = new Map<number, OwnedPartition>();
    const all = this.#owned.get(subscription.topic) ?? new Set();
    this.#owned.set(subscription.topic, all);
    return {
      own: async (partitions) => {
        const lost = [...mine.values()].filter(({ partition }) => !partitions.includes(partition));
        await Promise.all(
          lost.map(async (owned) => {
            await owned.leave();
            mine.delete(owned.partition);
            all.delete(owned);
          }),
        );
        for (const partition of partitions) {
          if (mine.has(partition)) continue;
          const owned = new OwnedPartition(this.#consumerLog(), subscription, partition);
          mine.set(partition, owned);
          all.add(owned);
        }
      },
    };
  }

  #consumerLog(): ConsumerLog {
    const { committed, end, fetch, setOffset } = this.#statements;
    return {
      committed: (group, topic, partition) => {
        const row = committed.get(group, topic, partition);
        return row === undefined ? undefined : { offset: Number(row['pos']), metadata: String(row['metadata']) };
      },
      end: (topic, partition) => Number(end.get(topic, partition)?.['next'] ?? 0),
      fetch: (topic, partition, from, limit) =>
        fetch.all(topic, partition, from, limit).map((row) => messageOf(topic, row)),
      commit: async (group, topic, partition, { offset, metadata }) =>
        this.#writer.write(() => void setOffset.run(group, topic, partition, offset, metadata), urgencyOf(topic)),
    };
  }

  #specOf(topic: string): TopicSpec {
    const spec = this.#topics.get(topic);
    if (spec === undefined) throw new HaltError('UNKNOWN_TOPIC', `the topic ${topic} does not exist`);
    return spec;
  }

  #remember(spec: TopicSpec): void {
    this.#topics.set(spec.name, spec);
  }

  #sweep(): void {
    const now = this.#clock.now().getTime();
    // A full disk must not end the process here; the next hour tries again.
    this.#writer.write(() => expire(this.#database, this.#topics.values(), now)).catch(() => undefined);
  }
}

/** Replayed events start one by one, to let live ones through; each would be flushed by itself. */
function urgencyOf(topic: string): 'urgent' | 'patient' {
  return topic.endsWith('.replay') ? 'patient' : 'urgent';
}

function specOf(row: Readonly<Record<string, unknown>>): TopicSpec {
  const { retention_ms: retention } = row;
  return {
    name: String(row['name']),
    partitions: Number(row['partitions']),
    compacted: row['compacted'] === 1,
    maxMessageBytes: Number(row['max_bytes']),
    ...(typeof retention === 'number' ? { retentionMs: retention } : {}),
  };
}

function prepare(database: DatabaseSync) {
  const columns = 'topic, part, pos, at, key, headers, value';
  return {
    topics: database.prepare('SELECT * FROM topics'),
    putTopic: database.prepare('INSERT OR REPLACE INTO topics VALUES (?, ?, ?, ?, ?)'),
    openEnd: database.prepare('INSERT OR IGNORE INTO ends VALUES (?, ?, 0)'),
    end: database.prepare('SELECT next FROM ends WHERE topic = ? AND part = ?'),
    setEnd: database.prepare('UPDATE ends SET next = ? WHERE topic = ? AND part = ?'),
    append: database.prepare(`INSERT INTO messages (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?)`),
    compact: database.prepare('DELETE FROM messages WHERE topic = ? AND part = ? AND key = ? AND pos < ?'),
    committed: database.prepare('SELECT pos, metadata FROM offsets WHERE grp = ? AND topic = ? AND part = ?'),
    setOffset: database.prepare('INSERT OR REPLACE INTO offsets VALUES (?, ?, ?, ?, ?)'),
    fetch: database.prepare(
      'SELECT part, pos, at, key, headers, value FROM messages WHERE topic = ? AND part = ? AND pos >= ? ORDER BY pos LIMIT ?',
    ),
  };
}
