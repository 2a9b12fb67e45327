export type Backoff = { readonly firstMs: number; readonly capMs: number };

/** Full-jitter back-off: uniform between half and the whole of the doubled delay; the cap holds after the jitter. */
export function backoffMs({ firstMs, capMs }: Backoff, tries: number, random: () => number): number {
  const whole = Math.min(capMs, firstMs * 2 ** Math.min(tries, 30));
  return Math.round(whole / 2 + (whole / 2) * random());
}
