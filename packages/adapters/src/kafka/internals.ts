import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

export type { ConsumerGroup };

/**
 * What a group member does around a (re)join. kafkajs has no such hook: its `GROUP_JOIN` event is not awaited, and the
 * only barrier before a rejoin is an `eachBatch` in flight, which a partition that waits would hold against all others.
 */
export type JoinHooks = {
  /** Before the group is asked for partitions again: settle, commit, let go. */
  readonly leaving: (group: ConsumerGroup) => Promise<void>;
  /** The assignment is known, nothing has been fetched yet. */
  readonly joined: (group: ConsumerGroup) => Promise<void>;
  /** Reads without a group: assigns instead of joining. */
  readonly assign?: (group: ConsumerGroup) => void;
};

/** By the assigner object of the consumer, the one thing of ours that a ConsumerGroup holds. */
const hooksOf = new WeakMap<object, JoinHooks>();
const joining = new WeakMap<ConsumerGroup, Promise<void>>();

export function onJoin(assigner: object, hooks: JoinHooks): void {
  hooksOf.set(assigner, hooks);
}

// kafkajs is pinned to one version; another one must be read before it is let in.
for (const [owner, method] of [
  [ConsumerGroup.prototype, 'joinAndSync'],
  [RequestQueue.prototype, 'scheduleCheckPendingRequests'],
  [RequestQueue.prototype, 'scheduleRequestTimeoutCheck'],
] as const) {
  if (typeof Reflect.get(owner, method) !== 'function') throw new Error(`kafkajs has no ${method}: expected 2.2.4`);
}

const joinAndSync = Reflect.get(ConsumerGroup.prototype, 'joinAndSync');
ConsumerGroup.prototype.joinAndSync = async function join(this: ConsumerGroup): Promise<void> {
  const hooks = this.assigners[0] === undefined ? undefined : hooksOf.get(this.assigners[0]);
  if (hooks === undefined) return joinAndSync.call(this);
  if (hooks.assign !== undefined) return hooks.assign(this);
  // Two fetchers may find the same rebalance: the second waits for the join of the first.
  const underway = joining.get(this);
  if (underway !== undefined) return underway;
  const joined = (async () => {
    await hooks.leaving(this);
    await joinAndSync.call(this);
    await hooks.joined(this);
  })().finally(() => joining.delete(this));
  joining.set(this, joined);
  return joined;
};

const scheduleCheck = Reflect.get(RequestQueue.prototype, 'scheduleCheckPendingRequests');
/**
 * kafkajs polls its empty queue every millisecond, with a negative time-out that Node 24 warns of
 * (tulios/kafkajs#1751): 3 % of a core for a consumer that has nothing to do.
 */
RequestQueue.prototype.scheduleCheckPendingRequests = function check(this: RequestQueue): void {
  if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return;
  scheduleCheck.call(this);
};

const TIMEOUT_CHECK_MS = 1_000;
/** kafkajs looks ten times a second, for every connection, whether a request is late; once is enough for limits of ten seconds. */
RequestQueue.prototype.scheduleRequestTimeoutCheck = function check(this: RequestQueue): void {
  if (!this.enforceRequestTimeout) return;
  this.destroy();
  this.requestTimeoutIntervalId = setInterval(() => {
    const now = Date.now();
    for (const request of this.inflight.values()) {
      if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
    }
    if (!this.isConnected()) this.destroy();
  }, TIMEOUT_CHECK_MS);
};
