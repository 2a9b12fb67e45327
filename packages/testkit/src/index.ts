export { brokerContract, storeContract } from './contracts/index.ts';
export { createMemoryBroker, type MemoryBroker, type MemoryBrokerOptions } from './memory-broker/index.ts';
export { createMemoryStore, type MemoryStore } from './memory-store.ts';
export { createVirtualClock, type VirtualClock } from './virtual-clock.ts';
export { createFastClock } from './fast-clock.ts';
