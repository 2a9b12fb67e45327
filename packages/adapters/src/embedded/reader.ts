import type { DatabaseSync } from 'node:sqlite';
import { startsOf, type LoggedMessage, type LogReader, type PartitionLag, type ReadFrom } from '@weatherline/runtime';

const CHUNK = 256;

type Row = Readonly<Record<string, unknown>>;

/** A row of `messages`; the table's own constraints make the columns what they are called. */
export function messageOf(topic: string, row: Row): LoggedMessage {
  const { value } = row;
  return {
    topic,
    partition: Number(row['part']),
    offset: Number(row['pos']),
    timestamp: Number(row['at']),
    key: String(row['key']),
    headers: headersOf(String(row['headers'])),
    value: value instanceof Uint8Array ? value : null,
  };
}

function headersOf(text: string): Record<string, string> {
  const parsed: unknown = JSON.parse(text);
  const headers: Record<string, string> = {};
  if (typeof parsed === 'object' && parsed !== null) {
    for (const [name, header] of Object.entries(parsed)) headers[name] = String(header);
  }
  return headers;
}

/** Reads the log without a group: lag, and messages up to the end as it is when asked. */
export function logReader(database: DatabaseSync): LogReader {
  const ends = database.prepare('SELECT part, next FROM ends WHERE topic = ? ORDER BY part');
  const offsets = database.prepare('SELECT part, pos FROM offsets WHERE grp = ? AND topic = ?');
  const chunk = database.prepare(
    'SELECT part, pos, at, key, headers, value FROM messages WHERE topic = ? AND part = ? AND pos >= ? AND pos < ? AND at >= ? ORDER BY pos LIMIT ?',
  );

  return {
    lag: async (group, topic) => {
      const committed = new Map(offsets.all(group, topic).map((row) => [Number(row['part']), Number(row['pos'])]));
      return ends.all(topic).map((row): PartitionLag => {
        const partition = Number(row['part']);
        const end = Number(row['next']);
        const at = committed.get(partition);
        return { partition, committed: at, end, lag: end - (at ?? 0) };
      });
    },

    async *read(topic: string, from: ReadFrom): AsyncIterable<LoggedMessage> {
      const starts = startsOf(from);
      const since = from !== 'earliest' && 'time' in from ? from.time.getTime() : 0;
      for (const end of ends.all(topic)) {
        const partition = Number(end['part']);
        const first = starts === undefined ? 0 : starts.get(partition);
        if (first === undefined) continue;
        let next = first;
        for (;;) {
          const rows = chunk.all(topic, partition, next, Number(end['next']), since, CHUNK);
          for (const row of rows) yield messageOf(topic, row);
          if (rows.length < CHUNK) break;
          next = Number(rows.at(-1)?.['pos']) + 1;
        }
      }
    },
  };
}
