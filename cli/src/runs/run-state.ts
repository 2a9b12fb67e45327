import type { RunState } from '../results/runs.ts';

/** How long the log keeps events: what is neither stored nor set aside after that comes by nobody. */
export const LOG_KEEPS_MS = 14 * 86_400_000;

export type Standing = {
  /** Somebody asked for it, or something of it is stored. */
  readonly isKnown: boolean;
  /** Parts with product and sidecar. */
  readonly stored: number;
  readonly expected: number;
  /** Of the stored parts. */
  readonly failedLocations: number;
  /** Parts that are not stored and of which an event is set aside. */
  readonly setAside: number;
  /** When the run was asked for; undefined = there is no plan. */
  readonly requestedAt: Date | undefined;
};

/** How a run stands. What the log may still hold is waited for: only a dead letter, or its age, says that it will not come. */
export function stateOf(
  { isKnown, stored, expected, failedLocations, setAside, requestedAt }: Standing,
  now: Date,
): RunState {
  if (!isKnown) return 'missing';
  const absent = Math.max(0, expected - stored);
  if (absent === 0) return failedLocations === 0 ? 'complete' : 'partial';
  const mayCome = requestedAt !== undefined && now.getTime() - requestedAt.getTime() < LOG_KEEPS_MS;
  if (setAside < absent && mayCome) return 'open';
  return stored === 0 ? 'failed' : 'partial';
}
