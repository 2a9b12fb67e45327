import { OneAtATime, THIS_PROCESS, type Clock, type ObjectStore } from '@weatherline/runtime';

const { lanes } = THIS_PROCESS;

/** For whoever writes from outside the functions: it opens a live run, whose plan must not wait behind a replay. */
export function liveStore(store: ObjectStore, clock: Clock): ObjectStore {
  return withPut(store, async (...put) => {
    // How far a replay is belongs to the replay.
    if (put[0].startsWith('replays/')) return store.put(...put);
    using _ = lanes.holdLive(clock);
    return await store.put(...put);
  });
}

/** Enough to keep Node's threads for files busy; what stands in line for those stands before a live write, too. */
const AT_ONCE = 12;

/** For a replay beside live runs: none of its writes begins while a live event is in hand. */
export function replayStore(store: ObjectStore, clock: Clock): ObjectStore {
  const lines = Array.from({ length: AT_ONCE }, () => new OneAtATime());
  const { signal: never } = new AbortController();
  let count = 0;
  return withPut(store, async (...put) => {
    count += 1;
    const write = async () => {
      await lanes.startReplay(clock, never);
      return store.put(...put);
    };
    return lines[count % AT_ONCE]?.run(write) ?? write();
  });
}

function withPut(store: ObjectStore, put: ObjectStore['put']): ObjectStore {
  return {
    get: async (key) => store.get(key),
    head: async (key) => store.head(key),
    list: async (options) => store.list(options),
    put,
    [Symbol.asyncDispose]: async () => store[Symbol.asyncDispose](),
  };
}
