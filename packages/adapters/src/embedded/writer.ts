import type { DatabaseSync } from 'node:sqlite';
import { DependencyError, WeatherlineError } from '@weatherline/runtime';

type Job = { readonly write: () => void; readonly resolve: () => void; readonly reject: (error: unknown) => void };

/** How long what is not urgent may wait for company: a flush stops everything, and costs the same for one as for many. */
const PATIENCE_MS = 25;

/** Group commit: what is written in one turn of the event loop shares one transaction and one flush to the disk. */
export class GroupCommit {
  readonly #database: DatabaseSync;
  #queue: Job[] = [];
  #patient: NodeJS.Timeout | undefined;
  #isUrgent = false;
  #closed = false;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Runs `write` in the next transaction; resolves when it is durable. */
  async write(write: () => void, urgency: 'urgent' | 'patient' = 'urgent'): Promise<void> {
    if (this.#closed) throw unavailable('the log is closed');
    return new Promise((resolve, reject) => {
      this.#queue.push({ write, resolve, reject });
      if (urgency === 'patient') this.#patient ??= setTimeout(() => this.flush(), PATIENCE_MS);
      else if (!this.#isUrgent) {
        this.#isUrgent = true;
        setImmediate(() => this.flush());
      }
    });
  }

  flush(): void {
    const jobs = this.#queue;
    this.#queue = [];
    this.#isUrgent = false;
    clearTimeout(this.#patient);
    this.#patient = undefined;
    if (jobs.length === 0) return;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const job of jobs) job.write();
      this.#database.exec('COMMIT');
    } catch (cause) {
      this.#rollBack();
      const error = cause instanceof WeatherlineError ? cause : unavailable(messageOf(cause), cause);
      // One job must not fail the others: alone, each gets the answer that is its own.
      if (jobs.length > 1) {
        for (const job of jobs) this.#alone(job);
      } else jobs[0]?.reject(error);
      return;
    }
    for (const job of jobs) job.resolve();
  }

  close(): void {
    this.flush();
    this.#closed = true;
  }

  #alone(job: Job): void {
    this.#queue.push(job);
    this.flush();
  }

  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself: a full disk does that.
    }
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function unavailable(detail: string, cause?: unknown): DependencyError {
  return new DependencyError(
    'LOG_UNAVAILABLE',
    `the log cannot be written (${detail}): free disk space or mend the directory; nothing is lost, writing is tried again`,
    { cause },
  );
}
