import type { Clock, Logger } from '@weatherline/runtime';
import { LRUCache } from 'lru-cache';
import { SharedCalls } from '../store/shared-calls.ts';
import { STALE_MS, WINDOW_MS, windowOf } from '../store/window-cache.ts';
import { Answer } from './answer.ts';
import { Problem } from './problem.ts';
import type { KeepingContext, Reply, Whole } from './reply.ts';

export type Kept = {
  answer: Answer;
  /** When it was last found to be what the store holds, unix milliseconds. */
  checkedAt: number;
  window: number;
  /** It says how old things are: made again from memory it is true, as it was kept it is not. */
  readonly isOfItsTime: boolean;
  readonly produce: () => Promise<Reply>;
};

export type AnswerCacheOptions = {
  readonly clock: Clock;
  readonly log: Logger;
  /** What decides how long others may keep an answer. */
  readonly keeping: () => KeepingContext;
  readonly maxBytes?: number;
  /** Since when the store cannot be reached; undefined = it can. */
  readonly failingSince: () => Date | undefined;
  /** The instant that what can be read now was true at: now, or when the store last answered. */
  readonly asOf: () => Date;
};

/** At the start of a window the old answer is still sent for this long while the new one is made. */
const GRACE_MS = 3_000;
/** Later than that a caller waits for the new one, but no longer than this. */
const WAIT_MS = 1_000;

/**
 * Answers by address: made once, checked once in each window of 15 s, sent while they are checked again, and sent for
 * a day while the store cannot be reached. Callers at the same moment share one making.
 */
export class AnswerCache {
  readonly #options: AnswerCacheOptions;
  readonly #kept: LRUCache<string, Kept>;
  readonly #making = new SharedCalls<Reply>();

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
    const maxSize = options.maxBytes ?? 64 * 2 ** 20;
    this.#kept = new LRUCache({ maxSize, sizeCalculation: ({ answer }) => answer.size });
  }

  get hasAny(): boolean {
    return this.#kept.size > 0;
  }

  /** An answer that can be sent at once. */
  current(key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    const now = this.#options.clock.now();
    return kept.window === windowOf(now) ? kept : undefined;
  }

  ageS({ checkedAt }: Kept): number {
    return Math.max(0, Math.floor((this.#options.clock.now().getTime() - checkedAt) / 1000));
  }

  /** The answer as kept, as checked again, or as made; a reply that cannot be kept is handed back as it is. */
  async get(key: string, route: string, produce: () => Promise<Reply>): Promise<Kept | Reply> {
    const kept = this.#kept.get(key);
    const now = this.#options.clock.now().getTime();
    if (kept === undefined || now - kept.checkedAt > STALE_MS) return this.#made(key, route, produce);
    const checking = this.#made(key, route, kept.produce);
    const isGrace = now % WINDOW_MS < GRACE_MS && now - kept.checkedAt < WINDOW_MS + GRACE_MS;
    if (isGrace || (this.#options.failingSince() !== undefined && !kept.isOfItsTime)) {
      checking.catch(() => {});
      return kept;
    }
    return this.#orOld(checking, kept);
  }

  async #orOld(checking: Promise<Kept | Reply>, kept: Kept): Promise<Kept | Reply> {
    const answered = new AbortController();
    const waited = this.#options.clock.sleep(WAIT_MS, answered.signal).then(
      () => kept,
      () => kept,
    );
    try {
      return await Promise.race([checking, waited]);
    } catch (error) {
      // Gone is an answer; not reachable is not.
      if (error instanceof Problem) throw error;
      return kept;
    } finally {
      answered.abort();
    }
  }

  async #made(key: string, route: string, produce: () => Promise<Reply>): Promise<Kept | Reply> {
    const { clock, log } = this.#options;
    const now = clock.now();
    try {
      const reply = await this.#making.share(key, produce);
      return reply.kind === 'whole' ? this.#keep(key, route, reply, now, produce) : reply;
    } catch (error) {
      const kept = this.#kept.get(key);
      if (kept !== undefined) {
        if (error instanceof Problem) this.#kept.delete(key);
        else {
          kept.window = windowOf(now);
          log.warn('store not reached, old answer sent', { route, err: error });
        }
      }
      throw error;
    }
  }

  #keep(key: string, route: string, reply: Whole, now: Date, produce: () => Promise<Reply>): Kept {
    const context = this.#options.keeping();
    const old = this.#kept.get(key);
    // While the store fails, what was made of old listings is as old as they are.
    const checkedAt = Math.min(now.getTime(), this.#options.asOf().getTime());
    if (old !== undefined && old.window === windowOf(now)) return old;
    const answer = new Answer(reply, route, context);
    if (old !== undefined && old.answer.digest === answer.digest) {
      old.answer.renew(reply, context);
      old.checkedAt = checkedAt;
      old.window = windowOf(now);
      return old;
    }
    const isOfItsTime = reply.keeping === 'revalidate';
    const kept = { answer, checkedAt, window: windowOf(now), isOfItsTime, produce };
    this.#kept.set(key, kept);
    return kept;
  }
}
