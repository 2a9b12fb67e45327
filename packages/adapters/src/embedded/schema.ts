import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError } from '@weatherline/runtime';

/** The version of the log's tables; a newer one is refused. */
export const FORMAT = 1;

const TABLES = `
CREATE TABLE IF NOT EXISTS topics (
  name TEXT PRIMARY KEY, partitions INTEGER NOT NULL, retention_ms INTEGER, compacted INTEGER NOT NULL,
  max_bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
  id INTEGER PRIMARY KEY, topic TEXT NOT NULL, part INTEGER NOT NULL, pos INTEGER NOT NULL, at INTEGER NOT NULL,
  key TEXT NOT NULL, headers TEXT NOT NULL, value BLOB);
CREATE UNIQUE INDEX IF NOT EXISTS messages_by_position ON messages (topic, part, pos);
CREATE TABLE IF NOT EXISTS ends (
  topic TEXT NOT NULL, part INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (topic, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS offsets (
  grp TEXT NOT NULL, topic TEXT NOT NULL, part INTEGER NOT NULL, pos INTEGER NOT NULL, metadata TEXT NOT NULL,
  PRIMARY KEY (grp, topic, part)) WITHOUT ROWID;
`;

function logFile(directory: string): string {
  return join(directory, 'log.sqlite');
}

/** Opens the log for its one writer: every commit is on the disk before it is acknowledged. */
export function openForWriting(directory: string): DatabaseSync {
  const file = logFile(directory);
  const database = new DatabaseSync(file);
  const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (found > FORMAT) {
    database.close();
    throw new ConfigurationError(`${file}: the log has format ${found}, this weatherline reads up to ${FORMAT}`);
  }
  // A new log gets large pages: parts of a hundred kilobytes cost a quarter less than in the usual ones.
  database.exec('PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  database.exec(`BEGIN; ${TABLES} PRAGMA user_version = ${FORMAT}; COMMIT`);
  return database;
}

/** Opens the log beside its writer. */
export function openForReading(directory: string): DatabaseSync {
  return new DatabaseSync(logFile(directory), { readOnly: true, timeout: 5000 });
}
