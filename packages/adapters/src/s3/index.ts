export { LIMITS, type Limits } from './caller.ts';
export { S3_SETTINGS } from './settings.ts';
export { openS3Reader, openS3Store, type S3Options, type S3Reader, type S3Store } from './store.ts';
