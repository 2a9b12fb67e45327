/** Rounds to decimals, a half to the even neighbour, so that many roundings add no bias; null stays null. */
export function round(value: number | null, decimals: number): number | null {
  if (value === null) return null;
  // No weather: it is flagged, and has no decimals to lose.
  if (Math.abs(value) > 1e9) return value;
  const factor = 10 ** decimals;
  // Twelve digits: what binary fractions add behind them is no information.
  const scaled = Number((value * factor).toPrecision(12));
  const below = Math.floor(scaled);
  const rest = scaled - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  // Adding 0 turns -0 into 0.
  return (up ? below + 1 : below) / factor + 0;
}
