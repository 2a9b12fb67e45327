import type { Clock, ObjectReader, ObjectStore } from '@weatherline/runtime';
import { replayKey } from './plan.ts';
import { whoAmI } from './who.ts';

export type AuditPorts = {
  readonly store: Pick<ObjectReader, 'get'>;
  readonly put: ObjectStore['put'];
  readonly clock: Pick<Clock, 'now'>;
};

export type AuditEvent =
  | 'planned'
  | 'started'
  | 'taken-over'
  | 'resumed'
  | 'paused'
  | 'interrupted'
  | 'stopped'
  | 'aborted'
  | 'done';

const TRIES = 10;

/** Adds a line to what is kept of a replay: who did what when. Nothing that stands there is ever changed. */
export async function audit(
  { store, put, clock }: AuditPorts,
  id: string,
  event: AuditEvent,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const key = replayKey(id, 'audit.jsonl');
  const line = `${JSON.stringify({ at: clock.now().toISOString(), by: whoAmI(), event, ...details })}\n`;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = await store.get(key);
    // A client that lost the answer and asked again is refused by its own first write.
    if (before !== undefined && Buffer.from(before.body).includes(line)) return;
    const body = Buffer.concat([before?.body ?? Buffer.alloc(0), Buffer.from(line)]);
    const condition = before === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: before.etag };
    if ((await put(key, body, { ...condition, contentType: 'application/x-ndjson' })).stored) return;
  }
  throw new Error(`${key} changed ${TRIES} times while a line was to be added`);
}
