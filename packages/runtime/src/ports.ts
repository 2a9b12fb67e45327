/** Tells the time; the only source of "now" outside main.ts. */
export type Clock = {
  now(): Date;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

// ---------------------------------------------------------------------------------------------------------- broker

/** One record as a producer hands it over. Headers are text; a null value is a tombstone. */
export type OutgoingMessage = {
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
};

/** One record as it lies in the log. */
export type LoggedMessage = OutgoingMessage & {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** When the log took it, unix milliseconds. */
  readonly timestamp: number;
};

/** A group's committed position: the offset to read next, and up to 4,096 bytes of the reader's own text. */
export type Committed = { readonly offset: number; readonly metadata: string };

/** A partition while one member owns it. Offsets are committed only through here, so that a lost owner cannot. */
export type PartitionBatch = {
  readonly topic: string;
  readonly partition: number;
  /** In offset order, without gaps in what the log holds; never empty. */
  readonly messages: readonly LoggedMessage[];
  /** The first offset that did not exist when the partition was assigned. */
  readonly endAtAssignment: number;
  /** What the group had committed when the partition was assigned; undefined = nothing yet. */
  readonly committedAtAssignment: Committed | undefined;
  /** Aborts when the partition is taken away or the consumer closes: settle, commit and return. */
  readonly signal: AbortSignal;
  /** Durable when it resolves; rejects when the partition is no longer ours. */
  commit(position: Committed): Promise<void>;
};

export type Subscription = {
  readonly group: string;
  readonly topic: string;
  /** How many messages one batch may hold. */
  readonly maxBatch: number;
  /**
   * Called when a partition becomes ours, before its first batch, also when it is empty. The first position of a
   * group without one is the earliest offset. What it commits is in place before any batch is delivered.
   */
  readonly assigned?: (assignment: Omit<PartitionBatch, 'messages'>) => Promise<void>;
  /**
   * Handles one batch; one at a time for a partition, in parallel across partitions. When it resolves the next batch
   * begins after the last message of this one; when it rejects the partition is read again from its committed offset.
   */
  readonly deliver: (batch: PartitionBatch) => Promise<void>;
  /** Called when a partition is ours no longer, after its last batch has returned; it may still commit. */
  readonly revoked?: (assignment: Omit<PartitionBatch, 'messages'>) => Promise<void>;
};

/** A member of a group until it is disposed, which drains and leaves. */
export type Membership = AsyncDisposable & {
  /** Why nothing is consumed just now, while the member goes on trying; undefined = all is well. */
  readonly trouble?: unknown;
};

export type TopicSpec = {
  readonly name: string;
  readonly partitions: number;
  /** Messages older than this may be deleted; undefined = kept. */
  readonly retentionMs?: number;
  /** Keep only the newest message of each key. */
  readonly compacted?: boolean;
  readonly maxMessageBytes?: number;
};

export type PartitionLag = {
  readonly partition: number;
  /** Undefined = the group has committed nothing yet. */
  readonly committed: number | undefined;
  readonly end: number;
  readonly lag: number;
};

export type ReadFrom =
  | { readonly offset: number; readonly partition: number }
  /** The first offset wanted of each partition; of others nothing is read. */
  | { readonly offsets: ReadonlyMap<number, number> }
  | { readonly time: Date }
  | 'earliest';

/** An ordered, partitioned, durable log with consumer groups: Kafka, or the embedded one. */
export type Broker = AsyncDisposable & {
  /** Creates what is missing; a topic that exists with fewer partitions is an error. */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>;
  /** Resolves when every message is durable. The partition follows from the key alone. */
  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;
  /** Joins a group; several members may join one group, also from one process. Disposing drains and leaves. */
  subscribe(subscription: Subscription): Promise<Membership>;
  lag(group: string, topic: string): Promise<readonly PartitionLag[]>;
  /** Reads without a group, up to the end as it is now; in offset order within each partition. */
  read(topic: string, from: ReadFrom): AsyncIterable<LoggedMessage>;
};

/** What a reader of the log needs: no group, no writing. */
export type LogReader = Pick<Broker, 'read' | 'lag'>;

// ---------------------------------------------------------------------------------------------------- object store

export type ObjectMetadata = Readonly<Record<string, string>>;

export type ObjectInfo = {
  readonly key: string;
  /** Opaque; changes whenever the bytes change. Without quotes. */
  readonly etag: string;
  readonly size: number;
  readonly lastModified: Date;
};

export type StoredObject = ObjectInfo & {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly metadata: ObjectMetadata;
};

/** Every write says what it expects to find: nothing, or exactly one version. */
export type PutCondition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string };

export type PutOptions = PutCondition & {
  readonly contentType: string;
  readonly metadata?: ObjectMetadata;
  /** Of the body, in hex, where the writer has it: a store that needs it does not compute it again. */
  readonly sha256?: string;
};

/** `stored: false` = the condition did not hold; nothing was changed. */
export type PutResult = { readonly stored: true; readonly etag: string } | { readonly stored: false };

export type ListOptions = {
  readonly prefix: string;
  /** Rolls up what follows the next delimiter into `prefixes`. */
  readonly delimiter?: string;
  /** Only keys (or rolled-up prefixes) after this one. */
  readonly startAfter?: string;
  /** 1..1000, default 1000: objects and prefixes together. */
  readonly limit?: number;
};

export type Listing = {
  readonly objects: readonly ObjectInfo[];
  readonly prefixes: readonly string[];
  /** Pass as `startAfter` for the next page; undefined = that was all. */
  readonly next: string | undefined;
};

/** What a reader of objects needs. */
export type ObjectReader = Omit<ObjectStore, 'put'>;

/** A flat, strongly consistent map of keys to bytes with conditional writes: S3, or a directory. */
export type ObjectStore = AsyncDisposable & {
  get(key: string): Promise<StoredObject | undefined>;
  head(key: string): Promise<Omit<StoredObject, 'body'> | undefined>;
  put(key: string, body: Uint8Array, options: PutOptions): Promise<PutResult>;
  /** Ascending by key (UTF-8 order). */
  list(options: ListOptions): Promise<Listing>;
};

export type PresignOptions = {
  /** At most 15 minutes, counted from the start of the window. */
  readonly expiresInMs: number;
  /** Within one window the address stays the same, so that caches may keep it; less than `expiresInMs`. */
  readonly windowMs: number;
  /** Sent with the object instead of what was stored. */
  readonly contentDisposition?: string;
  readonly contentType?: string;
};

/** What a store has beside its port when clients may read from it directly, without its credentials. */
export type Presigner = {
  /** An address that reads one object for a while; it is a secret as long as it works. */
  presignGet(key: string, options: PresignOptions): Promise<string>;
};
