import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { canonicalJson } from '@weatherline/events';
import { EXIT, type Clock, type ObjectReader, type ObjectStore } from '@weatherline/runtime';
import { Failure } from '../failure.ts';
import { parsed, replayKey, type StoredPlan } from './plan.ts';
import { NO_COUNTS, Progress, type Holder } from './progress.ts';
import { whoAmI } from './who.ts';

export type LedgerPorts = {
  readonly store: Pick<ObjectReader, 'get'>;
  readonly put: ObjectStore['put'];
  readonly clock: Clock;
};

/** As long as a holder says nothing for this long, nobody else may run the replay. */
const LEASE_MS = 15_000;
/** A holder writes its progress more often than this. */
const SILENCE_MS = 2_000;
/** Begins the nonces of this process. */
const NONCE = randomBytes(6).toString('hex');

/** Somebody else has taken the replay over: whoever is told so stops at once. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}

type Known = { readonly progress: Progress; readonly etag: string };

export async function readProgress({ store }: Pick<LedgerPorts, 'store'>, id: string): Promise<Known | undefined> {
  const object = await store.get(replayKey(id, 'progress.json'));
  if (object === undefined) return undefined;
  return { progress: parsed(Progress, object), etag: object.etag };
}

/** Swaps the progress for another one; false = it was not what it was thought to be. */
export async function swapProgress(
  { store, put }: LedgerPorts,
  next: Progress,
  before: string | undefined,
): Promise<string | undefined> {
  const key = replayKey(next.replay, 'progress.json');
  const body = Buffer.from(`${canonicalJson(next)}\n`);
  const condition = before === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: before };
  const stored = await put(key, body, { ...condition, contentType: 'application/json' });
  if (stored.stored) return stored.etag;
  // A client that lost the answer and asked again is refused by its own first write.
  const found = await store.get(key);
  return found !== undefined && Buffer.compare(found.body, body) === 0 ? found.etag : undefined;
}

/** How far a replay is, while this process holds it. */
export class Ledger {
  readonly #ports: LedgerPorts;
  #known: Known;

  private constructor(ports: LedgerPorts, known: Known) {
    this.#ports = ports;
    this.#known = known;
  }

  get progress(): Progress {
    return this.#known.progress;
  }

  /** Has its lease not run out? It does in a process that was suspended, or that could not write for long. */
  get isHeld(): boolean {
    const { holder } = this.progress;
    return holder !== null && this.#ports.clock.now().getTime() < Date.parse(holder.until);
  }

  /** Takes a replay to run it, or throws a {@link Failure} that says who has it, or why nobody may. */
  static async claim(ports: LedgerPorts, stored: StoredPlan, { resume }: { resume: boolean }): Promise<Ledger> {
    for (;;) {
      const known = await readProgress(ports, stored.id);
      if (known !== undefined) checkFree(known.progress, ports.clock.now(), resume);
      if (known !== undefined && (await isWrittenStill(ports, known))) continue;
      const now = ports.clock.now();
      const next = claimed(known?.progress, stored, now);
      const etag = await swapProgress(ports, next, known?.etag);
      if (etag !== undefined) return new Ledger(ports, { progress: next, etag });
    }
  }

  /**
   * Writes how far it is and keeps the lease. What others have asked for meanwhile is in `progress` afterwards: an
   * abort stays one. Throws {@link Fenced} when another process has taken over.
   */
  async save(change: Partial<Pick<Progress, 'state' | 'settled' | 'records' | 'counts' | 'active_ms'>>): Promise<void> {
    for (;;) {
      const { progress, etag } = this.#known;
      const now = this.#ports.clock.now();
      const state = progress.state === 'aborted' ? progress.state : (change.state ?? progress.state);
      const holder = state === 'running' ? renewed(progress.holder, now) : null;
      const asked = state === 'running' ? progress.asked : null;
      const next = { ...progress, ...change, state, holder, asked, updated_at: now.toISOString() };
      const swapped = await swapProgress(this.#ports, next, etag);
      if (swapped !== undefined) {
        this.#known = { progress: next, etag: swapped };
        return;
      }
      await this.look();
    }
  }

  /** Reads what others have written: a wish, an abort, or that they have taken over. */
  async look(): Promise<void> {
    const { progress } = this.#known;
    const found = await readProgress(this.#ports, progress.replay);
    if (found === undefined || found.progress.epoch !== progress.epoch) {
      const who = found?.progress.holder?.who ?? 'nobody';
      throw new Fenced(`the replay ${progress.replay} was taken over: it is held by ${who}`);
    }
    this.#known = found;
  }
}

function claimed(before: Progress | undefined, { id, plan }: StoredPlan, now: Date): Progress {
  const at = now.toISOString();
  const fresh = { settled: 0, records: 0, counts: NO_COUNTS, active_ms: 0, started_at: at, epoch: 0, begins: [] };
  return {
    ...(before ?? fresh),
    schema: 'weatherline.replay-progress/1',
    replay: id,
    state: 'running',
    epoch: (before?.epoch ?? 0) + 1,
    holder: holderAt(now),
    asked: null,
    begins: [...(before?.begins ?? []), before?.settled ?? 0],
    total: plan.items.length,
    updated_at: at,
  };
}

/** Clocks differ: one elsewhere whose lease seems to be over, but who goes on writing, is no less its holder. */
async function isWrittenStill(ports: LedgerPorts, { progress, etag }: Known): Promise<boolean> {
  const { replay, state, holder, epoch } = progress;
  if (state !== 'running' || holder === null || holder.host === hostname()) return false;
  await ports.clock.sleep(SILENCE_MS);
  const again = await readProgress(ports, replay);
  if (again === undefined || again.etag === etag) return false;
  if (again.progress.state === 'running' && again.progress.epoch === epoch) {
    throw new Failure(EXIT.conflict, heldBy(replay, holder));
  }
  return true;
}

/** No two claims are the same bytes, not even of one process at one instant. */
function holderAt(now: Date): Holder {
  const nonce = `${NONCE}-${randomBytes(4).toString('hex')}`;
  return { who: whoAmI(), host: hostname(), pid: process.pid, nonce, since: now.toISOString(), until: leaseFrom(now) };
}

function renewed(holder: Holder | null, now: Date): Holder {
  return holder === null ? holderAt(now) : { ...holder, until: leaseFrom(now) };
}

function leaseFrom(now: Date): string {
  return new Date(now.getTime() + LEASE_MS).toISOString();
}

function checkFree(progress: Progress, now: Date, resume: boolean): void {
  const { replay, state, holder } = progress;
  if (state === 'done') {
    throw new Failure(EXIT.conflict, `replay ${replay} is done: weatherline replay status ${replay} shows what it did`);
  }
  if (state === 'aborted') {
    throw new Failure(EXIT.conflict, `replay ${replay} was aborted: make a new plan`);
  }
  if (state === 'paused' && !resume) {
    throw new Failure(EXIT.conflict, `replay ${replay} is paused: weatherline replay resume ${replay} goes on with it`);
  }
  if (holder !== null && isHeld(holder, now)) throw new Failure(EXIT.conflict, heldBy(replay, holder));
}

export function heldBy(replay: string, { who, pid, since, until }: Holder): string {
  return `replay ${replay} is held by ${who}, process ${pid}, since ${since}; its lease ends at ${until} unless it is renewed`;
}

/** A holder on this host that has died holds nothing any more; one elsewhere does until its lease ends. */
export function isHeld({ host, pid, nonce, until }: Holder, now: Date): boolean {
  if (Date.parse(until) <= now.getTime()) return false;
  if (host !== hostname()) return true;
  return pid === process.pid ? nonce.startsWith(NONCE) : isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It exists and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
