const RAD = Math.PI / 180;
const DAY_S = 86_400;

/**
 * Sunrise and sunset, unix seconds, of the UTC day that holds `instant`; undefined in polar day and night.
 *
 * The general solar position equations of the NOAA Global Monitoring Laboratory, zenith 90.833°.
 */
export function sunTimes(lat: number, lon: number, instant: Date): { rise: number; set: number } | undefined {
  const midnight = Math.floor(instant.getTime() / 1000 / DAY_S) * DAY_S;
  const start = Date.UTC(instant.getUTCFullYear(), 0, 1) / 1000;
  const gamma = ((2 * Math.PI) / 365) * ((midnight - start) / DAY_S);
  const equation =
    229.18 *
    (0.000075 +
      0.001868 * Math.cos(gamma) -
      0.032077 * Math.sin(gamma) -
      0.014615 * Math.cos(2 * gamma) -
      0.040849 * Math.sin(2 * gamma));
  const declination =
    0.006918 -
    0.399912 * Math.cos(gamma) +
    0.070257 * Math.sin(gamma) -
    0.006758 * Math.cos(2 * gamma) +
    0.000907 * Math.sin(2 * gamma) -
    0.002697 * Math.cos(3 * gamma) +
    0.00148 * Math.sin(3 * gamma);
  const cosine =
    Math.cos(90.833 * RAD) / (Math.cos(lat * RAD) * Math.cos(declination)) -
    Math.tan(lat * RAD) * Math.tan(declination);
  if (Math.abs(cosine) > 1) return undefined;
  const half = Math.acos(cosine) / RAD;
  const at = (degrees: number): number => Math.round(midnight + (720 - 4 * degrees - equation) * 60);
  return { rise: at(lon + half), set: at(lon - half) };
}
