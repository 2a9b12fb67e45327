import {
  HaltError,
  PermanentError,
  TOPICS,
  type Broker,
  type Logger,
  type Membership,
  type OutgoingMessage,
  type Subscription,
  type TopicSpec,
} from '@weatherline/runtime';
import type { Admin, Kafka } from 'kafkajs';
import { connect, type Compression, type ConnectionOptions } from './client.ts';
import { brokerError, kafkaType } from './errors.ts';
import { Member, MEMBER_TIMES, type MemberTimes } from './member.ts';
import { lagOf, positionsOf } from './positions.ts';
import { Publisher } from './publisher.ts';
import { readTopic } from './reader.ts';
import { applyTopics, ensureTopics, verifyTopics, type Replication, type TopicDifference } from './topics.ts';

export type KafkaBrokerOptions = ConnectionOptions & {
  /** Of topics that are created or verified; default three copies, two of them in sync. */
  readonly replication?: Replication;
  /** Of messages above 1 KiB; default zstd. */
  readonly compression?: Compression;
  readonly times?: Partial<MemberTimes>;
};

export type KafkaBroker = Broker & {
  /** How the brokers' topics differ from the specs. */
  verifyTopics(topics: readonly TopicSpec[]): Promise<TopicDifference[]>;
  /** Creates and sets what differs; returns what did. */
  applyTopics(topics: readonly TopicSpec[]): Promise<TopicDifference[]>;
};

const REPLICATION: Replication = { factor: 3, minInSync: 2 };
const DEFAULT_MAX_BYTES = 1024 * 1024;

/** Apache Kafka behind the port. Connects when first used; brokers that are away are an error of the operation, not of this. */
export function openKafkaBroker(options: KafkaBrokerOptions): KafkaBroker {
  return new KafkajsBroker(options);
}

/** What the cluster has not settled, or this client has not heard of yet: asked once more by a new client. */
const UNSETTLED = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']);

class KafkajsBroker implements KafkaBroker {
  readonly #kafka: Kafka;
  readonly #log: Logger | undefined;
  readonly #replication: Replication;
  readonly #times: MemberTimes;
  readonly #publisher: Publisher;
  readonly #members = new Set<Member>();
  readonly #limits = new Map<string, number>();
  #admin: Promise<Admin> | undefined;

  constructor(options: KafkaBrokerOptions) {
    this.#kafka = connect(options);
    this.#log = options.log;
    this.#replication = options.replication ?? REPLICATION;
    this.#times = { ...MEMBER_TIMES, ...options.times };
    this.#publisher = new Publisher(this.#kafka, options.compression ?? 'zstd');
    this.#remember(TOPICS);
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    await this.#ask('create topics', async (admin) => ensureTopics(admin, topics, this.#replication));
    this.#remember(topics);
  }

  async verifyTopics(topics: readonly TopicSpec[]): Promise<TopicDifference[]> {
    return this.#ask('verify topics', async (admin) => verifyTopics(admin, topics, this.#replication));
  }

  async applyTopics(topics: readonly TopicSpec[]): Promise<TopicDifference[]> {
    const differences = await this.#ask('apply topics', async (admin) => applyTopics(admin, topics, this.#replication));
    this.#remember(topics);
    return differences;
  }

  async publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const limit = this.#limits.get(topic) ?? (await this.#limitOf(topic));
    for (const { key, value } of messages) {
      if ((value?.length ?? 0) <= limit) continue;
      throw new PermanentError(
        'MESSAGE_TOO_LARGE',
        `${topic}, key ${key}: expected at most ${limit} bytes, got ${value?.length}`,
      );
    }
    await this.#publisher.publish(topic, messages);
  }

  async subscribe(subscription: Subscription): Promise<Membership> {
    const admin = async (): Promise<Admin> => this.#connectedAdmin();
    const member = new Member(this.#kafka, admin, subscription, { times: this.#times, log: this.#log });
    this.#members.add(member);
    await member.started();
    return {
      get trouble() {
        return member.trouble;
      },
      [Symbol.asyncDispose]: async () => {
        if (this.#members.delete(member)) await member[Symbol.asyncDispose]();
      },
    };
  }

  readonly lag: Broker['lag'] = async (group, topic) =>
    this.#ask(`lag of ${group}`, async (admin) => (await positionsOf(admin, group, topic)).map(lagOf));

  async *read(topic: string, from: Parameters<Broker['read']>[1]): ReturnType<Broker['read']> {
    const admin = await this.#ask(`read ${topic}`, async (connected) => connected);
    yield* readTopic(this.#kafka, admin, topic, from);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#members].map(async (member) => member[Symbol.asyncDispose]()));
    await this.#publisher.close();
    await this.#closeAdmin();
  }

  /** A topic outside the catalogue: is it there at all? kafkajs would ask for it for seconds. */
  async #limitOf(topic: string): Promise<number> {
    const topics = await this.#ask('list topics', async (admin) => admin.listTopics());
    if (!topics.includes(topic))
      throw new HaltError('UNKNOWN_TOPIC', `the topic ${topic} does not exist, or may not be seen`);
    this.#limits.set(topic, DEFAULT_MAX_BYTES);
    return DEFAULT_MAX_BYTES;
  }

  #remember(topics: readonly TopicSpec[]): void {
    for (const { name, maxMessageBytes } of topics) this.#limits.set(name, maxMessageBytes ?? DEFAULT_MAX_BYTES);
  }

  async #ask<Answer>(doing: string, question: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    try {
      try {
        return await question(await this.#connectedAdmin());
      } catch (error) {
        if (!UNSETTLED.has(kafkaType(error))) throw error;
        // A client that has once asked for a topic asks for it in every refresh: a deleted one would fail them all.
        await this.#closeAdmin();
        return await question(await this.#connectedAdmin());
      }
    } catch (error) {
      throw brokerError(error, doing);
    }
  }

  async #closeAdmin(): Promise<void> {
    const admin = await this.#admin?.catch(() => undefined);
    this.#admin = undefined;
    await admin?.disconnect();
  }

  async #connectedAdmin(): Promise<Admin> {
    this.#admin ??= this.#openAdmin();
    try {
      return await this.#admin;
    } catch (error) {
      this.#admin = undefined;
      throw error;
    }
  }

  async #openAdmin(): Promise<Admin> {
    const admin = this.#kafka.admin();
    await admin.connect();
    return admin;
  }
}
