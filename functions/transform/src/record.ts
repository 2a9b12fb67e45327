import {
  canonicalJson,
  instantText,
  partName,
  readingsKey,
  type Reading,
  type ReadingsFetched,
  type WeatherRecord,
} from '@weatherline/events';
import { sha256, uuidV5 } from '@weatherline/runtime';
import { derive } from './derive/index.ts';
import type { Measurement } from './measurement.ts';
import { parseOpenMeteoArchive } from './parse-open-meteo-archive.ts';
import { parseOpenMeteo } from './parse-open-meteo.ts';
import { parseOneCall } from './parse-openweather-onecall.ts';
import { parseOpenWeather } from './parse-openweather.ts';
import { runSuite } from './qc/suite.ts';
import { round } from './round.ts';

type Provider = ReadingsFetched['provider'];

/** Names records: UUIDv5 of the project's address in the URL name space (RFC 9562). */
const RECORDS = uuidV5('6ba7b811-9dad-11d1-80b4-00c04fd430c8', 'https://weatherline.dev/');

const OPENWEATHER = {
  spdx: 'ODbL-1.0',
  attribution: 'Weather data provided by OpenWeather',
  url: 'https://openweathermap.org/',
};
const OPEN_METEO = { spdx: 'CC-BY-4.0', attribution: 'Weather data by Open-Meteo.com', url: 'https://open-meteo.com/' };
const NOAA = {
  spdx: 'LicenseRef-US-Government-Work',
  attribution: 'Reconstructed from daily observations of NOAA, as published in vega-datasets',
  url: 'https://www.ncei.noaa.gov/',
};

type Origin = Pick<WeatherRecord, 'provider' | 'source' | 'license'>;

/** What a record says of where it comes from; `recorded` is OpenWeather's. */
const OPENWEATHER_CURRENT: Origin = {
  provider: 'openweather',
  source: 'openweathermap_current',
  license: OPENWEATHER,
};
const ORIGINS: Readonly<Record<Provider, Origin>> = {
  openweather: OPENWEATHER_CURRENT,
  recorded: OPENWEATHER_CURRENT,
  'openweather-onecall': { provider: 'openweather-onecall', source: 'openweather-onecall', license: OPENWEATHER },
  'open-meteo': { provider: 'open-meteo', source: 'open-meteo_current', license: OPEN_METEO },
  'open-meteo-archive': { provider: 'open-meteo', source: 'open-meteo_archive', license: OPEN_METEO },
};

/** Reads a body in the format of its provider, for a slot in unix seconds; `recorded` answers in OpenWeather's. */
function parseReading(provider: Provider, { body, units }: Pick<Reading, 'body' | 'units'>, slot: number): Measurement {
  switch (provider) {
    case 'open-meteo':
      return parseOpenMeteo(body);
    case 'open-meteo-archive':
      return parseOpenMeteoArchive(body, slot);
    case 'openweather-onecall':
      return parseOneCall(body, units);
    case 'openweather':
    case 'recorded':
      return parseOpenWeather(body, units);
  }
}

/** The numbers of a record, each rounded once, to what its measurement can carry. */
function measured(measurement: Measurement) {
  return {
    temp: round(measurement.temp, 2),
    feels_like: round(measurement.feelsLike, 2),
    humidity: round(measurement.humidity === null ? null : clamped(measurement.humidity), 1),
    pressure: round(measurement.pressure, 1),
    station_pressure: round(measurement.stationPressure, 1),
    wind_speed: round(measurement.windSpeed, 2),
    wind_deg: round(measurement.windDeg, 0),
    wind_gust: round(measurement.windGust, 2),
    visibility: round(measurement.visibility, 0),
    visibility_capped: (measurement.visibility ?? 0) >= 10_000,
    cloud_cover: round(measurement.cloudCover, 0),
    rain_1h: round(measurement.rain1h, 2),
    snow_1h: round(measurement.snow1h, 2),
  };
}

/** A little over 100 % is what a sensor makes of saturation; more is wrong and stays as it came. */
function clamped(humidity: number): number {
  return humidity > 100 && humidity <= 105 ? 100 : humidity;
}

/** What all records of a part say of where they come from. */
export function originOf({ run, part }: ReadingsFetched) {
  return {
    slot: Date.parse(run.slot) / 1000,
    fetchEventId: `${run.id}/${partName(part)}/fetch`,
    rawKey: readingsKey(run.id, part),
  };
}

/** One reading as one line of a product; throws an InvalidBody when its body is no answer. */
export function recordOf(
  data: ReadingsFetched,
  { slot, fetchEventId, rawKey }: ReturnType<typeof originOf>,
  reading: Reading,
  previous: Reading | undefined,
): WeatherRecord {
  const { location, reconstruction, collectedAt, body } = reading;
  const measurement = parseReading(data.provider, reading, slot);
  const report = runSuite({
    measurement,
    location,
    slot,
    collectedAt: Date.parse(collectedAt) / 1000,
    reconstruction,
    previous: previousMeasurement(data, previous),
  });
  const values = measured(measurement);
  const origin = ORIGINS[data.provider];
  // What an archive says of an instant is another record than what was said at the time.
  const teller = data.provider === 'recorded' ? 'openweather' : data.provider;
  const observedAt = instantText(new Date(measurement.observedAt * 1000));
  return {
    schema: 'weatherline.product/1',
    id: uuidV5(RECORDS, `${teller}|${location.id}|${observedAt}`),
    content_hash: `sha256:${sha256(canonicalJson(values))}`,
    slot: data.run.slot,
    observed_at: observedAt,
    collected_at: collectedAt,
    location_id: location.id,
    location_name: location.name,
    country: location.country ?? measurement.country,
    lat: location.lat,
    lon: location.lon,
    elevation: location.elevation ?? null,
    utc_offset: measurement.utcOffset,
    ...values,
    weather: measurement.conditions[0]?.text ?? null,
    conditions: [...measurement.conditions],
    sunrise: measurement.sunrise,
    sunset: measurement.sunset,
    source: origin.source,
    provider: origin.provider,
    // All providers blend models with stations; none says which it was.
    kind: reconstruction === undefined ? 'analysis' : 'reconstruction',
    derived: derive(measurement, location, report),
    qc: report.result(),
    lineage: {
      correlation_id: data.run.id,
      fetch_event_id: fetchEventId,
      raw_sha256: sha256(body),
      raw_key: rawKey,
    },
    license: reconstruction === 'series' ? NOAA : origin.license,
  };
}

/** A previous answer that cannot be read is no answer to compare with. */
function previousMeasurement(
  { provider, previous }: ReadingsFetched,
  reading: Reading | undefined,
): Measurement | undefined {
  if (previous === null || reading === undefined) return undefined;
  try {
    return parseReading(provider, reading, Date.parse(previous.slot) / 1000);
  } catch {
    return undefined;
  }
}
