const RAD = Math.PI / 180;
const DAY_S = 86_400;
/** Refraction at the horizon and the radius of the disc, degrees. */
const HORIZON = -0.833;

type Position = { readonly declination: number; readonly equationOfTime: number };

/** Declination in degrees and equation of time in minutes (NOAA Global Monitoring Laboratory, after Meeus). */
function position(unix: number): Position {
  const century = (unix / DAY_S + 2_440_587.5 - 2_451_545) / 36_525;
  const longitude = 280.46646 + century * (36_000.76983 + century * 0.0003032);
  const anomaly = (357.52911 + century * (35_999.05029 - 0.0001537 * century)) * RAD;
  const eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century);
  const centre =
    Math.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century)) +
    Math.sin(2 * anomaly) * (0.019993 - 0.000101 * century) +
    Math.sin(3 * anomaly) * 0.000289;
  const node = (125.04 - 1934.136 * century) * RAD;
  const apparent = (longitude + centre - 0.00569 - 0.00478 * Math.sin(node)) * RAD;
  const mean = 23 + (26 + (21.448 - century * (46.815 + century * (0.00059 - century * 0.001813))) / 60) / 60;
  const obliquity = (mean + 0.00256 * Math.cos(node)) * RAD;
  const y = Math.tan(obliquity / 2) ** 2;
  const l = longitude * RAD;
  const equation =
    y * Math.sin(2 * l) -
    2 * eccentricity * Math.sin(anomaly) +
    4 * eccentricity * y * Math.sin(anomaly) * Math.cos(2 * l) -
    0.5 * y * y * Math.sin(4 * l) -
    1.25 * eccentricity * eccentricity * Math.sin(2 * anomaly);
  return {
    declination: Math.asin(Math.sin(obliquity) * Math.sin(apparent)) / RAD,
    equationOfTime: (equation / RAD) * 4,
  };
}

/** Elevation of the sun's centre without refraction, degrees; within 0.02° from 1800 to 2100. */
export function solarElevation(lat: number, lon: number, unix: number): number {
  const { declination, equationOfTime } = position(unix);
  const minutes = (unix % DAY_S) / 60 + equationOfTime + 4 * lon;
  const hourAngle = (minutes / 4 - 180) * RAD;
  const sine =
    Math.sin(lat * RAD) * Math.sin(declination * RAD) +
    Math.cos(lat * RAD) * Math.cos(declination * RAD) * Math.cos(hourAngle);
  return Math.asin(Math.max(-1, Math.min(1, sine))) / RAD;
}

export function isDay(elevation: number): boolean {
  return elevation > HORIZON;
}

export type SunTimes = { readonly sunrise: number; readonly sunset: number } | 'polar day' | 'polar night';

/** Sunrise and sunset, unix seconds, of the local solar day that holds an instant; the hour angle is iterated. */
export function sunTimes(lat: number, lon: number, unix: number): SunTimes {
  const localMidnight = Math.floor((unix + lon * 240) / DAY_S) * DAY_S;
  const noon = localMidnight + DAY_S / 2 - lon * 240;
  const at = (side: -1 | 1): number | undefined => {
    let event = noon;
    for (let pass = 0; pass < 5; pass += 1) {
      const { declination, equationOfTime } = position(event);
      const half = halfDay(lat, declination);
      if (Number.isNaN(half)) return undefined;
      event = noon - equationOfTime * 60 + side * half * 240;
    }
    return event;
  };
  const sunrise = at(-1);
  const sunset = at(1);
  if (sunrise !== undefined && sunset !== undefined) return { sunrise, sunset };
  return solarElevation(lat, lon, noon) > HORIZON ? 'polar day' : 'polar night';
}

/** Degrees from noon to the horizon; NaN when the sun does not cross it. */
function halfDay(lat: number, declination: number): number {
  const cosine =
    (Math.sin(HORIZON * RAD) - Math.sin(lat * RAD) * Math.sin(declination * RAD)) /
    (Math.cos(lat * RAD) * Math.cos(declination * RAD));
  return Math.acos(cosine) / RAD;
}

/** Seconds from sunrise to sunset: 0 in polar night, a whole day in polar day. */
export function daylight(lat: number, lon: number, unix: number): number {
  const times = sunTimes(lat, lon, unix);
  if (times === 'polar day') return DAY_S;
  return times === 'polar night' ? 0 : Math.round(times.sunset - times.sunrise);
}
