import type { Clock, LogReader, ObjectReader } from '@weatherline/runtime';
import type { Installation } from '../installation.ts';
import type { Plan } from '../plan.ts';

/** How the running of a replay ended; all but the first, the aborted and the fenced can be resumed. */
export type EndOfRun = 'done' | 'paused' | 'aborted' | 'interrupted' | 'dead-letters' | 'halted' | 'timeout' | 'fenced';

export type ExecutePorts = {
  readonly installation: Pick<Installation, 'put' | 'publish' | 'trouble' | 'readings'> & {
    readonly log: LogReader;
    readonly store: ObjectReader;
  };
  readonly clock: Clock;
  readonly planOf: (run: string) => Promise<Plan>;
  /** Told how many parts have ended, and why it is slow when it is. */
  readonly show: (ended: number, note: string) => void;
};

export type ExecuteOptions = {
  /** Parts a second. */
  readonly rate: number;
  /** Parts under way at once. */
  readonly window: number;
  readonly timeoutMs: number | undefined;
  /** Ctrl-C, SIGTERM. */
  readonly signal: AbortSignal;
};
