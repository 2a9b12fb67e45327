import { ReadingsFetched, type Replay } from '@weatherline/events';
import { decodeStructured, encodeEvent, envelopeOf, messageOf, parseJson } from './codec.ts';
import { gunzip } from './gzip.ts';
import type { OutgoingMessage } from './ports.ts';
import { MAX_READINGS_BYTES, readingsOf } from './unpack-readings.ts';

/** Archived readings as the event that begins them again, for a replay; throws for what is no archive of ours. */
export function readingsAgain(body: Uint8Array, replay: Replay): OutgoingMessage {
  const bytes = gunzip(body, MAX_READINGS_BYTES);
  return withTheirBytes(bytes, replay) ?? encodeEvent(envelopeOf(ReadingsFetched, { ...readingsOf(bytes), replay }));
}

/** The start of an archive as fetch writes it: attributes that need no escape, and then the data. */
const HEAD = /^\{(?:"[a-z0-9]+":"[^"\\]*",)*"data":(?=\{)/;
const MAX_HEAD_BYTES = 4096;
const BRACE = '}'.charCodeAt(0);

/**
 * The data keep the bytes that they have in the archive: to write them again costs as much as to read them.
 *
 * A head that is valid, and data that are valid by themselves, leave no room for anything else in the object. Undefined =
 * not as we write it, which is read member by member, or found to be no event there.
 */
function withTheirBytes(bytes: Uint8Array, replay: Replay): OutgoingMessage | undefined {
  const [head] = HEAD.exec(Buffer.from(bytes.subarray(0, MAX_HEAD_BYTES)).toString('latin1')) ?? [];
  if (head === undefined || bytes.at(-1) !== BRACE || bytes.at(-2) !== BRACE) return undefined;
  const value = bytes.subarray(head.length, -1);
  try {
    decodeStructured(Buffer.from(`${head}null}`, 'latin1'));
    const data = parseJson(value);
    const readings = ReadingsFetched.parse(data);
    // Another object = not quite as the schema has it.
    if (readings !== data || readings.replay !== undefined) return undefined;
    const more = Buffer.from(`,"replay":${JSON.stringify(replay)}}`);
    const again = envelopeOf(ReadingsFetched, { ...readings, replay });
    return messageOf(again.attributes, Buffer.concat([value.subarray(0, -1), more]));
  } catch {
    return undefined;
  }
}
