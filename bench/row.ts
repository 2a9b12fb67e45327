/** One line of DESIGN §12: what is measured, what it should reach, and how to find out. */
export type Row = {
  readonly area: 'start' | 'runtime' | 'chain' | 'scale' | 'gateway' | 'later' | 'replay';
  readonly what: string;
  readonly goal: string;
  /** Undefined, or an answer of undefined = it is not measured here, and the reason says why. */
  readonly measure?: (() => Promise<Measured | undefined>) | undefined;
  readonly reason?: string;
};

export type Measured = {
  readonly ours: string;
  readonly peer: string;
  readonly met: boolean;
  /** What a reader needs to judge the figures. */
  readonly notes?: string;
};

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** `71 ms (68–80)`: median and range. */
export function spread(values: readonly number[], unit: string, digits = 0): string {
  const show = (value: number): string => value.toFixed(digits);
  return `${show(median(values))} ${unit} (${show(Math.min(...values))}–${show(Math.max(...values))})`;
}
