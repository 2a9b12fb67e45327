export { brokerContract, storeContract } from './contracts/index.ts';
export { createMemoryBroker, type MemoryBroker, type MemoryBrokerOptions } from './memory-broker/index.ts';
export { createMemoryStore, type MemoryStore } from './memory-store.ts';
export { createVirtualClock, type VirtualClock } from './virtual-clock.ts';
export { createFastClock } from './fast-clock.ts';
export { randomFrom } from './random.ts';
export {
  brokerThrough,
  createUpstream,
  drawFault,
  pass,
  storeThrough,
  type Fault,
  type FaultRates,
  type Passage,
  type Upstream,
  type UpstreamAnswer,
  type UpstreamOptions,
} from './faults/index.ts';
export { TcpProxy, type Toxics } from './tcp-proxy.ts';
