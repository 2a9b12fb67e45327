export {
  createRecordedUpstream,
  recordedPlaces,
  recordedSeriesPlaces,
  type Upstream,
  type UpstreamOptions,
} from './answer.ts';
export { BODIES, bodyText, errorText, type Recorded, type Units } from './bodies.ts';
export type { FaultKind, FaultRule, Reply } from './script.ts';
export { startRecordedUpstream, type RecordedServer } from './server.ts';
