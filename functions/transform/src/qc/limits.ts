/** A value below `fail[0]` or above `fail[1]` is wrong, one outside `suspect` is doubtful. */
export type Limits = { readonly suspect: readonly [number, number]; readonly fail: readonly [number, number] };

/** Level 1a: outside these nothing has been measured on Earth (world records; ranges of the instruments' units). */
export const ABSOLUTE = {
  temp: [-89.2, 56.7],
  humidity: [0, 105],
  pressure: [850, 1100],
  station_pressure: [300, 1100],
  wind_speed: [0, 128.6],
  wind_deg: [0, 360],
  wind_gust: [0, 113.2],
  visibility: [1, 160_934],
  cloud_cover: [0, 100],
  rain_1h: [0, 305],
  snow_1h: [0, 305],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

const NEVER = Number.NEGATIVE_INFINITY;

type Band = { readonly temp: Limits; readonly pressure: Limits; readonly dewPoint: Limits; readonly windSpeed: Limits };

function band(temp: Quad, pressure: Quad, dewPoint: Quad, wind: readonly [number, number]): Band {
  return {
    temp: limits(temp),
    pressure: limits(pressure),
    dewPoint: limits(dewPoint),
    windSpeed: { suspect: [NEVER, wind[0]], fail: [NEVER, wind[1]] },
  };
}

type Quad = readonly [failLow: number, suspectLow: number, suspectHigh: number, failHigh: number];

function limits([failLow, suspectLow, suspectHigh, failHigh]: Quad): Limits {
  return { suspect: [suspectLow, suspectHigh], fail: [failLow, failHigh] };
}

/** Level 1b: WMO-No. 305, chapter 6, by latitude and half-year. */
const LOW_WINTER = band([-40, -30, 50, 55], [870, 910, 1080, 1100], [-45, -35, 35, 40], [60, 125]);
const LOW_SUMMER = band([-30, -20, 50, 60], [850, 900, 1080, 1100], [-35, -25, 35, 40], [90, 150]);
const HIGH_WINTER = band([-90, -80, 35, 40], [910, 940, 1080, 1100], [-99, -85, 30, 35], [50, 100]);
const HIGH_SUMMER = band([-40, -30, 40, 50], [920, 950, 1080, 1100], [-45, -35, 35, 40], [40, 75]);

export const STATION_PRESSURE: Limits = { suspect: [400, 1080], fail: [300, 1100] };

/** The limits of a latitude in degrees and an instant; winter is October to March in the north, the rest in the south. */
export function grossLimits(lat: number, unix: number): Band {
  const month = new Date(unix * 1000).getUTCMonth() + 1;
  const northernWinter = month >= 10 || month <= 3;
  const winter = lat >= 0 ? northernWinter : !northernWinter;
  if (Math.abs(lat) <= 45) return winter ? LOW_WINTER : LOW_SUMMER;
  return winter ? HIGH_WINTER : HIGH_SUMMER;
}

/** Level 2a: how much may change in 1 to 12 hours, K (WMO-No. 305). */
export const TEMP_STEP = [4, 7, 9, 11, 13, 15, 17, 18, 20, 22, 23, 25];
export const DEW_POINT_STEP = [4, 6, 8, 9, 11, 12, 13, 15, 16, 17, 19, 20];
/** hPa an hour. */
export const PRESSURE_STEP = 3;
