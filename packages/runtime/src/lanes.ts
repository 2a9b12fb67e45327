import { OneAtATime } from './one-at-a-time.ts';
import type { Clock } from './ports.ts';

/** A live event that is longer in hand than this only waits for somebody else, and costs this process nothing. */
const LIVE_FOR_MS = 30_000;
/** How often those who wait look again, for a live event that hangs or a partition that was taken away. */
const LOOK_EVERY_MS = 1_000;

type Hold = { readonly since: number };

/**
 * Where both lanes are handled in one process, replayed events give way: none is started while a live one is in hand,
 * and one is started in a turn of the event loop, so that a live callback stands behind one piece of work at most.
 */
export class Lanes {
  readonly #turn: () => Promise<void>;
  readonly #starts = new OneAtATime();
  readonly #inHand = new Set<Hold>();
  #liveConsumers = 0;
  #change: { readonly promise: Promise<void>; readonly happened: () => void } | undefined;

  constructor(turn: () => Promise<void>) {
    this.#turn = turn;
  }

  /** As long as nobody consumes live events here, there is nobody to give way to. */
  joinLive(): Disposable {
    this.#liveConsumers += 1;
    return {
      [Symbol.dispose]: () => {
        this.#liveConsumers -= 1;
      },
    };
  }

  /** From the start of a live event to its end. */
  holdLive(clock: Pick<Clock, 'now'>): Disposable {
    const hold = { since: clock.now().getTime() };
    this.#inHand.add(hold);
    return {
      [Symbol.dispose]: () => {
        if (this.#inHand.delete(hold) && this.#inHand.size === 0) this.#change?.happened();
      },
    };
  }

  /** Resolves when a replayed event may start, or its partition goes away. */
  async startReplay(clock: Clock, signal: AbortSignal): Promise<void> {
    while (this.#liveConsumers > 0 && !signal.aborted) {
      while (this.#isLive(clock) && !signal.aborted) await this.#untilChange(clock);
      const isFree = await this.#starts.run(async () => {
        await this.#turn();
        return !this.#isLive(clock);
      });
      if (isFree) return;
    }
  }

  #isLive(clock: Clock): boolean {
    const since = clock.now().getTime() - LIVE_FOR_MS;
    for (const hold of this.#inHand) if (hold.since > since) return true;
    return false;
  }

  /** One timer for all who wait, however many they are. */
  async #untilChange(clock: Clock): Promise<void> {
    if (this.#change === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const looking = new AbortController();
      const happened = (): void => {
        this.#change = undefined;
        looking.abort(DONE);
        resolve();
      };
      this.#change = { promise, happened };
      clock.sleep(LOOK_EVERY_MS, looking.signal).then(happened, () => undefined);
    }
    return this.#change.promise;
  }
}

const DONE = new Error('something has changed');
