import type { RoutePorts } from '../route-ports.ts';
import { STALE_MS } from '../store/window-cache.ts';
import { loadModel, type PageModel } from './model.ts';

/**
 * What the pages show, read anew each time. While the store cannot be reached it is what was read last, for a day,
 * measured by the clock of today: an old page must not go on calling itself fresh.
 */
export function keptModel(ports: RoutePorts): () => Promise<PageModel> {
  const { clock, schedule, storeHealth } = ports;
  let last: PageModel | undefined;
  return async () => {
    try {
      const model = await loadModel(ports);
      // What is pieced together from memory during an outage is no newer than the outage.
      if (model.failingSince === undefined) last = model;
      return model;
    } catch (error) {
      const now = clock.now();
      if (last === undefined || now.getTime() - last.now.getTime() > STALE_MS) throw error;
      const failingSince = storeHealth().failingSince ?? now;
      return { ...last, now, current: schedule.current(now), next: schedule.next(now), failingSince };
    }
  };
}
