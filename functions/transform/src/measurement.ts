import { quickParserOf } from '@weatherline/events';
import * as v from 'valibot';

/** One answer in the units of the record, before any judgement; null = the provider did not say. */
export type Measurement = {
  /** Unix seconds. */
  readonly observedAt: number;
  readonly utcOffset: number | null;
  readonly country: string | null;
  /** Degrees, as the provider echoes them. */
  readonly lat: number | null;
  readonly lon: number | null;
  readonly temp: number | null;
  readonly tempMin: number | null;
  readonly tempMax: number | null;
  readonly feelsLike: number | null;
  readonly humidity: number | null;
  /** hPa at mean sea level. */
  readonly pressure: number | null;
  /** What the provider sends as plain `pressure` beside a value for sea level; the two should agree. */
  readonly plainPressure: number | null;
  readonly stationPressure: number | null;
  readonly windSpeed: number | null;
  readonly windDeg: number | null;
  readonly windGust: number | null;
  readonly visibility: number | null;
  readonly cloudCover: number | null;
  readonly rain1h: number | null;
  readonly snow1h: number | null;
  readonly conditions: readonly Condition[];
  /** The provider's own word for the light: `d`, `n` or null. */
  readonly light: 'd' | 'n' | null;
  readonly sunrise: number | null;
  readonly sunset: number | null;
};

/** `code` is OpenWeather's, or WMO 4677's for Open-Meteo. */
export type Condition = { readonly code: number; readonly group: string; readonly text?: string };

/** A body that is no answer about a place: what, where, expected and got. */
export class InvalidBody extends Error {
  override readonly name = 'InvalidBody';
  readonly code: 'UNPARSEABLE_BODY' | 'INVALID_BODY' | 'UNKNOWN_UNIT';

  constructor(code: InvalidBody['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type Units = 'metric' | 'standard' | 'imperial';

export function celsius(value: number | null, units: Units): number | null {
  if (value === null || units === 'metric') return value;
  return units === 'standard' ? value - 273.15 : (value - 32) / 1.8;
}

/** OpenWeather gives m/s in metric and standard units, miles an hour in imperial ones. */
export function metresPerSecond(value: number | null, units: Units): number | null {
  return value === null || units !== 'imperial' ? value : value * 0.44704;
}

/** Where the wind comes from: nowhere when it is calm, and north is 360 (WMO-No. 306). */
export function direction(degrees: number | null, speed: number | null): number | null {
  if (degrees === null || speed === 0) return null;
  return degrees === 0 ? 360 : degrees;
}

/** Reads bodies by their schema; what is none throws an InvalidBody that names every violation. */
export function bodyReader<Body>(schema: v.GenericSchema<unknown, Body>): (body: string) => Body {
  const parsed = quickParserOf(schema);
  return (body) => {
    const { output, issues } = parsed(jsonObject(body));
    if (issues === undefined) return output;
    const all = issues.map((issue) => `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`);
    throw new InvalidBody('INVALID_BODY', all.slice(0, 8).join('; '));
  };
}

/** Parses a body's JSON into an object, or throws an InvalidBody that says what it is instead. */
function jsonObject(body: string): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (cause) {
    throw new InvalidBody('UNPARSEABLE_BODY', `expected JSON, got ${body.length} characters of something else`, {
      cause,
    });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new InvalidBody(
      'INVALID_BODY',
      `expected a JSON object, got ${Array.isArray(parsed) ? 'an array' : typeof parsed}`,
    );
  }
  return parsed;
}
