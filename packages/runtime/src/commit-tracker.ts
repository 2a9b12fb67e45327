import type { Committed } from './ports.ts';

/** How an event has fared so far: attempts that failed, when its dependency first failed (unix ms), starts that its process did not survive. */
export type Ordeal = { readonly attempts: number; readonly failingSince?: number; readonly crashes?: number };

const FRESH: Ordeal = { attempts: 0 };

/**
 * Which offsets of one partition are done, and what may be committed: the lowest offset that is not.
 *
 * Offsets done above that watermark, and the ordeals of those below, travel in the committed offset's metadata, so
 * that neither a restart nor a rebalance repeats finished work or forgets an attempt.
 */
export class CommitTracker {
  /**
   * Did the last owner leave without saying goodbye? Then what it had in hand may have killed it; unless it was this
   * very process, which is alive and only could not commit.
   */
  readonly unclean: boolean;
  readonly #process: string;
  #position: number | undefined;
  readonly #pending = new Set<number>();
  readonly #done = new Set<number>();
  readonly #ordeals = new Map<number, Ordeal>();
  #next: number | undefined;

  constructor(committed: Committed | undefined, process: string) {
    this.#process = process;
    this.#position = committed?.offset;
    const state = parseMetadata(committed?.metadata ?? '');
    this.unclean = committed !== undefined && !state.clean && state.process !== process;
    for (const offset of state.done) this.#done.add((committed?.offset ?? 0) + offset);
    for (const [offset, ordeal] of state.ordeals) this.#ordeals.set(offset, ordeal);
  }

  /** Takes note of a delivered offset; false = it is done already. Offsets come in ascending order, gaps allowed. */
  add(offset: number): boolean {
    this.#next = Math.max(this.#next ?? 0, offset + 1);
    if (this.#done.has(offset) || offset < (this.#position ?? 0)) return false;
    this.#pending.add(offset);
    this.#advance();
    return true;
  }

  complete(offset: number): void {
    if (!this.#pending.delete(offset)) return;
    this.#done.add(offset);
    this.#ordeals.delete(offset);
    this.#advance();
  }

  isDone(offset: number): boolean {
    return this.#done.has(offset) || offset < (this.#position ?? 0);
  }

  ordealOf(offset: number): Ordeal {
    return this.#ordeals.get(offset) ?? FRESH;
  }

  setOrdeal(offset: number, ordeal: Ordeal): void {
    const isFresh = ordeal.attempts === 0 && ordeal.failingSince === undefined && !ordeal.crashes;
    if (isFresh) this.#ordeals.delete(offset);
    else this.#ordeals.set(offset, ordeal);
  }

  /** What to commit now; undefined = nothing is known of this partition yet. `clean` = nothing is in hand. */
  position(clean: boolean): Committed | undefined {
    if (this.#position === undefined) return undefined;
    return { offset: this.#position, metadata: this.#metadata(this.#position, clean) };
  }

  #advance(): void {
    let lowest = this.#next ?? 0;
    for (const offset of this.#pending) {
      // Sets keep insertion order and offsets come ascending: the first pending one is the lowest.
      lowest = offset;
      break;
    }
    this.#position = Math.max(this.#position ?? 0, lowest);
    for (const offset of this.#done) if (offset < this.#position) this.#done.delete(offset);
  }

  #metadata(position: number, clean: boolean): string {
    const state: Record<string, unknown> = { v: 1, c: clean ? 1 : 0, p: this.#process };
    if (this.#done.size > 0) state['d'] = bitmapOf([...this.#done].map((offset) => offset - position));
    if (this.#ordeals.size > 0) {
      state['a'] = Object.fromEntries(
        [...this.#ordeals].map(([offset, { attempts, failingSince, crashes }]) => [
          offset,
          [attempts, failingSince ?? 0, crashes ?? 0],
        ]),
      );
    }
    return JSON.stringify(state);
  }
}

function bitmapOf(positions: readonly number[]): string {
  const bits = Buffer.alloc(Math.floor(Math.max(...positions) / 8) + 1);
  for (const at of positions) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  return bits.toString('base64');
}

type State = { clean: boolean; process?: string; done: number[]; ordeals: [number, Ordeal][] };

/** Somebody else's metadata (a tool that reset the group, say) is no reason to stop: it means "clean, nothing known". */
function parseMetadata(text: string): State {
  const state: State = { clean: true, done: [], ordeals: [] };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return state;
  }
  if (typeof parsed !== 'object' || parsed === null || !('v' in parsed) || parsed.v !== 1) return state;
  state.clean = !('c' in parsed) || parsed.c !== 0;
  if ('p' in parsed && typeof parsed.p === 'string') state.process = parsed.p;
  if ('d' in parsed && typeof parsed.d === 'string') state.done = positionsOf(Buffer.from(parsed.d, 'base64'));
  if ('a' in parsed && typeof parsed.a === 'object' && parsed.a !== null) {
    for (const [offset, entry] of Object.entries(parsed.a)) {
      if (!Array.isArray(entry)) continue;
      const [attempts, since, crashes] = entry.map(Number);
      state.ordeals.push([
        Number(offset),
        { attempts: attempts ?? 0, ...(since ? { failingSince: since } : {}), ...(crashes ? { crashes } : {}) },
      ]);
    }
  }
  return state;
}

function positionsOf(bits: Buffer): number[] {
  const positions: number[] = [];
  for (let at = 0; at < bits.length * 8; at += 1) {
    if (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) positions.push(at);
  }
  return positions;
}
