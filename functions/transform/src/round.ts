const FACTORS = [1, 10, 100, 1000, 10_000];

/** Rounds to decimals, a half to the even neighbour, so that many roundings add no bias; null stays null. */
export function round(value: number | null, decimals: number): number | null {
  if (value === null) return null;
  const size = Math.abs(value);
  // No weather: it is flagged, and has no decimals to lose.
  if (size > 1e9) return value;
  const factor = FACTORS[decimals] ?? 10 ** decimals;
  const scaled = value * factor;
  const below = Math.floor(scaled);
  // Only near a half does it matter what binary fractions add behind the twelfth digit: at most 5e-6 below 1e6.
  if (size * factor > 1e6 || Math.abs(scaled - below - 0.5) < 1e-5) return toEven(scaled, factor);
  // Adding 0 turns -0 into 0.
  return (scaled - below > 0.5 ? below + 1 : below) / factor + 0;
}

/** Twelve digits: what binary fractions add behind them is no information. */
function toEven(value: number, factor: number): number {
  const scaled = Number(value.toPrecision(12));
  const below = Math.floor(scaled);
  const rest = scaled - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  return (up ? below + 1 : below) / factor + 0;
}
