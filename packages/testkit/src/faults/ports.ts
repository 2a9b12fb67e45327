import type { Broker, ObjectStore, PartitionBatch, Subscription } from '@weatherline/runtime';
import { pass, type Passage } from './passage.ts';

/** A store as one process sees it. */
export function storeThrough(store: ObjectStore, passage: Passage): ObjectStore {
  return {
    get: async (key) => pass(passage, 'store.get', async () => store.get(key)),
    head: async (key) => pass(passage, 'store.head', async () => store.head(key)),
    put: async (key, body, options) => pass(passage, 'store.put', async () => store.put(key, body, options)),
    list: async (options) => pass(passage, 'store.list', async () => store.list(options)),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A broker as one process sees it. `joined` is told of every membership, also of one whose answer got lost. */
export function brokerThrough(
  broker: Broker,
  passage: Passage,
  joined: (membership: AsyncDisposable) => void = () => {},
): Broker {
  return {
    ensureTopics: async (topics) => broker.ensureTopics(topics),
    publish: async (topic, messages) => pass(passage, operationOf(topic), async () => broker.publish(topic, messages)),
    subscribe: async (subscription) =>
      pass(passage, 'broker.subscribe', async () => {
        const membership = await broker.subscribe(subscriptionThrough(subscription, passage));
        joined(membership);
        return membership;
      }),
    lag: async (group, topic) => broker.lag(group, topic),
    read: (topic, from) => broker.read(topic, from),
    [Symbol.asyncDispose]: async () => {},
  };
}

function operationOf(topic: string): string {
  return topic.endsWith('.dlq') ? 'broker.publish.dlq' : 'broker.publish';
}

function subscriptionThrough(subscription: Subscription, passage: Passage): Subscription {
  const { assigned, deliver, revoked } = subscription;
  const seen = <Assignment extends Omit<PartitionBatch, 'messages'>>(assignment: Assignment): Assignment => ({
    ...assignment,
    commit: async (position) => pass(passage, 'broker.commit', async () => assignment.commit(position)),
  });
  return {
    ...subscription,
    ...(assigned === undefined
      ? {}
      : {
          assigned: async (assignment) => {
            await passage.travel('broker.assigned', 'there');
            await assigned(seen(assignment));
          },
        }),
    deliver: async (batch) => {
      await passage.travel('broker.deliver', 'there');
      await deliver(seen(batch));
    },
    ...(revoked === undefined
      ? {}
      : {
          revoked: async (assignment) => {
            await passage.travel('broker.revoked', 'there');
            await revoked(seen(assignment));
          },
        }),
  };
}
