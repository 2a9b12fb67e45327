import { Counter, Gauge, type Registry } from 'prom-client';

export type RefreshResult = 'unchanged' | 'rewritten' | 'failed';

export type RefreshMetrics = {
  /** Vault was asked about a secret, and its file holds what Vault holds. */
  readonly loaded: (secret: string, at: Date, createdAt: Date) => void;
  readonly refreshed: (result: RefreshResult) => void;
};

const RESULTS: readonly RefreshResult[] = ['unchanged', 'rewritten', 'failed'];

/** A secret's label is the name of its file. */
export function refreshMetrics(registry: Registry): RefreshMetrics {
  const registers = [registry];
  const loaded = new Gauge({
    name: 'weatherline_secret_loaded_timestamp_seconds',
    help: 'When a file was last known to hold what Vault holds',
    labelNames: ['secret'],
    registers,
  });
  const created = new Gauge({
    name: 'weatherline_secret_created_timestamp_seconds',
    help: 'When the version of a secret that is in use was made in Vault',
    labelNames: ['secret'],
    registers,
  });
  const refreshes = new Counter({
    name: 'weatherline_secret_refreshes_total',
    help: 'Looks at Vault by what came of them',
    labelNames: ['result'],
    registers,
  });
  // A counter that is not there before its first increment hides that increment from a rate.
  for (const result of RESULTS) refreshes.inc({ result }, 0);
  return {
    loaded: (secret, at, createdAt) => {
      loaded.set({ secret }, at.getTime() / 1000);
      created.set({ secret }, createdAt.getTime() / 1000);
    },
    refreshed: (result) => refreshes.inc({ result }),
  };
}
