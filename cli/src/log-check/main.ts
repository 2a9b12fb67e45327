import { DatabaseSync } from 'node:sqlite';

// A process of its own: SQLite answers when it has read the whole file, and only a process can be ended before that.
const [file = ''] = process.argv.slice(2);
const database = new DatabaseSync(file, { readOnly: true, timeout: 2_000 });
const rows = database.prepare('PRAGMA quick_check(10)').all();
const version = database.prepare('PRAGMA user_version').get();
process.stdout.write(
  JSON.stringify({
    problems: rows.map((row) => String(row['quick_check'])).filter((text) => text !== 'ok'),
    format: Number(version?.['user_version'] ?? 0),
  }),
);
