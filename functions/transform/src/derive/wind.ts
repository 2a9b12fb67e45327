const BEAUFORT_FROM = [0.3, 1.6, 3.4, 5.5, 8, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7];
const SECTORS = ['N', 'NNE', 'NE', 'ENE', 'E', 'ESE', 'SE', 'SSE', 'S', 'SSW', 'SW', 'WSW', 'W', 'WNW', 'NW', 'NNW'];

/** Beaufort force 0..12 of a mean wind in m/s (WMO-No. 306, code table 1100). */
export function beaufort(windSpeed: number): number {
  const above = BEAUFORT_FROM.findIndex((bound) => windSpeed < bound);
  return above === -1 ? 12 : above;
}

/** The sixteenth of the compass that the wind comes from, of degrees. */
export function windSector(degrees: number): string | null {
  return SECTORS[Math.floor((degrees % 360) / 22.5 + 0.5) % 16] ?? null;
}
