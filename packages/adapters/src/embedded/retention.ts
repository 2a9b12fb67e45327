import type { DatabaseSync } from 'node:sqlite';
import type { TopicSpec } from '@weatherline/runtime';

/** Deletes what is older than its topic keeps. Ends live in a table of their own, so no offset is ever used again. */
export function expire(database: DatabaseSync, topics: Iterable<TopicSpec>, now: number): void {
  const remove = database.prepare('DELETE FROM messages WHERE topic = ? AND at < ?');
  for (const { name, retentionMs } of topics) {
    if (retentionMs !== undefined) remove.run(name, now - retentionMs);
  }
}
