export { drawFault, pass, type Fault, type FaultRates, type Passage } from './passage.ts';
export { brokerThrough, storeThrough } from './ports.ts';
export { createUpstream, type Upstream, type UpstreamAnswer, type UpstreamOptions } from './provider.ts';
