/** The parts of kafkajs 2.2.4 that internals.ts relies on; they are not in its own types. */
declare module 'kafkajs/src/consumer/consumerGroup.js' {
  export default class ConsumerGroup {
    readonly assigners: readonly object[];
    readonly groupId: string;
    readonly cluster: object;
    readonly topicsSubscribed: string[];
    generationId: number | null;
    memberId: string | null;
    topics: string[];
    partitionsPerSubscribedTopic: Map<string, number[]>;
    offsetManager: object;
    readonly subscriptionState: { assign(partitions: { topic: string; partitions: number[] }[]): void };
    joinAndSync(): Promise<void>;
    leave(): Promise<void>;
    generatePartitionsPerSubscribedTopic(): Map<string, number[]>;
    assigned(): { topic: string; partitions: number[] }[];
    commitOffsets(offsets: {
      topics: { topic: string; partitions: { partition: number; offset: string; metadata?: string }[] }[];
    }): Promise<void>;
    heartbeat(options: { interval: number }): Promise<void>;
    pause(partitions: { topic: string; partitions: number[] }[]): void;
    resume(partitions: { topic: string; partitions: number[] }[]): void;
    seek(position: { topic: string; partition: number; offset: string }): void;
  }
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    readonly pending: readonly unknown[];
    readonly throttledUntil: number;
    readonly enforceRequestTimeout: boolean;
    readonly inflight: ReadonlyMap<
      number,
      { readonly sentAt: number; readonly requestTimeout: number; timeoutRequest(): void }
    >;
    requestTimeoutIntervalId: NodeJS.Timeout | null;
    scheduleCheckPendingRequests(): void;
    scheduleRequestTimeoutCheck(): void;
    isConnected(): boolean;
    destroy(): void;
  }
}

declare module 'kafkajs/src/consumer/offsetManager/index.js' {
  export default class OffsetManager {
    constructor(options: {
      cluster: object;
      topicConfigurations: Record<string, { fromBeginning: boolean }>;
      memberAssignment: Record<string, number[]>;
      groupId: string;
      generationId: number;
      memberId: string;
      autoCommit: boolean;
    });
    committedOffsets(): Record<string, Record<number, string>>;
  }
}

declare module 'kafkajs/src/cluster/index.js' {
  type Question = { groupId: string; coordinatorType?: number };
  export default class Cluster {
    readonly brokerPool: {
      findConnectedBroker(): Promise<{ findGroupCoordinator(question: Question): Promise<object> }>;
    };
    findGroupCoordinatorMetadata(question: Question): Promise<object>;
  }
}
