import { ReadingsFetched } from '@weatherline/events';
import { decodeStructured } from './codec.ts';
import { gunzip } from './gzip.ts';

/** 50 readings of 8 KiB, with as many previous ones, unpack to about 1 MiB; more is no archive of ours. */
export const MAX_READINGS_BYTES = 32 * 1024 * 1024;

/** Archived readings as the event that fetch emitted; throws for what is not gzip, not an event, or not as it should be. */
export function unpackReadings(body: Uint8Array): ReadingsFetched {
  return readingsOf(gunzip(body, MAX_READINGS_BYTES));
}

/** The same of bytes that are unpacked already. */
export function readingsOf(bytes: Uint8Array): ReadingsFetched {
  return ReadingsFetched.parse(decodeStructured(bytes).data);
}
