import type { Broker, LoggedMessage, OutgoingMessage, PartitionBatch, Subscription } from '@weatherline/runtime';

/** A broker that costs nothing: hands out ready messages, takes everything. What is left is the runtime. */
export class StubBroker implements Broker {
  published = 0;
  commits = 0;
  #subscription: Subscription | undefined;

  /** Delivers all messages as one partition would, batch by batch. */
  async drain(messages: readonly LoggedMessage[]): Promise<void> {
    const subscription = this.#subscription;
    if (subscription === undefined) throw new Error('nobody has subscribed');
    const { topic, maxBatch, deliver, assigned } = subscription;
    const assignment: Omit<PartitionBatch, 'messages'> = {
      topic,
      partition: 0,
      endAtAssignment: messages.length,
      committedAtAssignment: { offset: 0, metadata: '' },
      signal: new AbortController().signal,
      commit: async () => void (this.commits += 1),
    };
    await assigned?.(assignment);
    for (let at = 0; at < messages.length; at += maxBatch) {
      await deliver({ ...assignment, messages: messages.slice(at, at + maxBatch) });
    }
  }

  async subscribe(subscription: Subscription): Promise<AsyncDisposable> {
    this.#subscription = subscription;
    return { [Symbol.asyncDispose]: async () => undefined };
  }

  async publish(_topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    this.published += messages.length;
  }

  async ensureTopics(): Promise<void> {}
  async lag(): Promise<[]> {
    return [];
  }
  async *read(): AsyncGenerator<LoggedMessage> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}
