export type { Bucket, S3Object } from './buckets.ts';
export { FAULT_KINDS, type FaultKind, type FaultRule } from './faults.ts';
export { startS3Server, type S3Server, type S3ServerOptions } from './server.ts';
export type { Assumed } from './sts.ts';
