import { DependencyError } from '@weatherline/runtime';

/**
 * What goes wrong with one call:
 * `before` it fails and did nothing · `after` it was done and its answer is lost · `twice` it is done twice, as by a
 * client that retries · `refused` the other side will not have it now.
 */
export type Fault = 'before' | 'after' | 'twice' | 'refused';

/** What stands between a process and its ports. */
export type Passage = {
  /** One way of a call, there and back; takes its time, and never ends when the process has died meanwhile. */
  travel(operation: string, leg: 'there' | 'back'): Promise<void>;
  /** Asked once for every call. */
  fault(operation: string): Fault | undefined;
};

/** A call through a passage. */
export async function pass<Result>(passage: Passage, operation: string, act: () => Promise<Result>): Promise<Result> {
  const fault = passage.fault(operation);
  await passage.travel(operation, 'there');
  if (fault === 'before') throw unavailable(operation, 'the connection was refused');
  if (fault === 'refused') throw unavailable(operation, 'it was refused');
  if (fault === 'twice') await act();
  const result = await act();
  await passage.travel(operation, 'back');
  if (fault === 'after') throw unavailable(operation, 'the answer was lost');
  return result;
}

function unavailable(operation: string, why: string): DependencyError {
  return new DependencyError(`${operation.toUpperCase().replaceAll('.', '_')}_FAILED`, `${operation}: ${why}`);
}

/** Faults drawn from a seed: how many calls of an operation fail, and how. The first that strikes counts. */
export type FaultRates = readonly {
  /** `store.put`, `broker.`, or '' for all. */
  readonly operation: string;
  readonly fault: Fault;
  /** 0..1 */
  readonly rate: number;
}[];

export function drawFault(rates: FaultRates, operation: string, random: () => number): Fault | undefined {
  for (const { operation: prefix, fault, rate } of rates) {
    if (operation.startsWith(prefix) && random() < rate) return fault;
  }
  return undefined;
}
