import * as v from 'valibot';
import { LocationId } from './location.ts';
import { SlotInstant } from './slot.ts';

/** QARTOD primary flags (UNESCO IOC 54:V3): 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing. */
export const Flag = v.picklist([1, 2, 3, 4, 9]);
export type Flag = v.InferOutput<typeof Flag>;

type Meta = { ucum?: string; cf?: string; canonical?: string };
function quantity(description: string, { ucum, cf, canonical }: Meta = {}) {
  return v.pipe(
    v.nullable(v.number()),
    v.metadata({
      description,
      ...(ucum === undefined ? {} : { 'x-ucum': ucum }),
      ...(cf === undefined ? {} : { 'x-cf-standard-name': cf }),
      ...(canonical === undefined ? {} : { 'x-cf-canonical-units': canonical }),
    }),
  );
}

/** Computed by weatherline; null outside a formula's valid range. */
export const Derived = v.looseObject({
  method_set: v.literal('weatherline-derive/1'),
  dew_point: quantity('WMO-8 Magnus', { ucum: 'Cel', cf: 'dew_point_temperature', canonical: 'K' }),
  heat_index: quantity('NWS Rothfusz', { ucum: 'Cel', cf: 'heat_index_of_air_temperature', canonical: 'K' }),
  wind_chill: quantity('JAG/TI 2001', { ucum: 'Cel', cf: 'wind_chill_of_air_temperature', canonical: 'K' }),
  apparent_temp: quantity('Steadman 1994 / BoM', { ucum: 'Cel', cf: 'apparent_air_temperature', canonical: 'K' }),
  humidex: quantity('Environment Canada', { ucum: '1' }),
  wet_bulb: quantity('Stull 2011', { ucum: 'Cel', cf: 'wet_bulb_temperature', canonical: 'K' }),
  absolute_humidity: quantity('ideal gas', {
    ucum: 'g/m3',
    cf: 'mass_concentration_of_water_vapor_in_air',
    canonical: 'kg m-3',
  }),
  vapour_pressure_deficit: quantity('FAO-56', {
    ucum: 'kPa',
    cf: 'water_vapor_saturation_deficit_in_air',
    canonical: 'Pa',
  }),
  air_density: quantity('ideal gas', { ucum: 'kg/m3', cf: 'air_density', canonical: 'kg m-3' }),
  beaufort: quantity('WMO-No. 306', { cf: 'beaufort_wind_force' }),
  wind_sector: v.nullable(v.string()),
  solar_elevation: quantity('NOAA', { ucum: 'deg', cf: 'solar_elevation_angle', canonical: 'degree' }),
  daylight_s: quantity('sunrise to sunset', { ucum: 's' }),
  is_day: v.nullable(v.boolean()),
});
export type Derived = v.InferOutput<typeof Derived>;

export const QcFailure = v.looseObject({
  test: v.string(),
  fields: v.array(v.string()),
  flag: Flag,
  detail: v.optional(v.string()),
});
export type QcFailure = v.InferOutput<typeof QcFailure>;

export const Qc = v.looseObject({
  overall: Flag,
  suite: v.literal('weatherline-qc/1'),
  fields: v.record(v.string(), Flag),
  failed: v.array(QcFailure),
  /** Tests that had nothing to compare with: spatial ones, temporal ones without a previous slot. */
  not_evaluated: v.optional(v.array(v.string())),
});
export type Qc = v.InferOutput<typeof Qc>;

/** One line of a product: one observation of one place at one time from one provider. Additive within v1. */
export const WeatherRecord = v.looseObject({
  schema: v.literal('weatherline.product/1'),
  id: v.pipe(v.string(), v.uuid()),
  content_hash: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
  slot: SlotInstant,
  observed_at: SlotInstant,
  collected_at: SlotInstant,
  location_id: LocationId,
  location_name: v.string(),
  country: v.nullable(v.string()),
  lat: v.pipe(
    v.number(),
    v.minValue(-90),
    v.maxValue(90),
    v.metadata({ description: 'as configured (WGS 84)', 'x-ucum': 'deg', 'x-cf-standard-name': 'latitude' }),
  ),
  lon: v.pipe(
    v.number(),
    v.minValue(-180),
    v.maxValue(180),
    v.metadata({ description: 'as configured', 'x-ucum': 'deg', 'x-cf-standard-name': 'longitude' }),
  ),
  elevation: quantity('of the ground, when known', { ucum: 'm', cf: 'surface_altitude', canonical: 'm' }),
  utc_offset: quantity('seconds east of UTC at observed_at', { ucum: 's' }),
  temp: quantity('air temperature', { ucum: 'Cel', cf: 'air_temperature', canonical: 'K' }),
  feels_like: quantity("the PROVIDER's own feels-like; its method changed over time, use derived.*", { ucum: 'Cel' }),
  humidity: quantity('relative humidity over liquid water', { ucum: '%', cf: 'relative_humidity', canonical: '1' }),
  pressure: quantity('reduced to mean sea level', {
    ucum: 'hPa',
    cf: 'air_pressure_at_mean_sea_level',
    canonical: 'Pa',
  }),
  station_pressure: quantity('at ground level', { ucum: 'hPa', cf: 'surface_air_pressure', canonical: 'Pa' }),
  wind_speed: quantity('10 m mean wind', { ucum: 'm/s', cf: 'wind_speed', canonical: 'm s-1' }),
  wind_deg: quantity('where the wind comes FROM, 0..360; null when calm or variable', {
    ucum: 'deg',
    cf: 'wind_from_direction',
    canonical: 'degree',
  }),
  wind_gust: quantity('gust', { ucum: 'm/s', cf: 'wind_speed_of_gust', canonical: 'm s-1' }),
  visibility: quantity('horizontal', { ucum: 'm', cf: 'visibility_in_air', canonical: 'm' }),
  visibility_capped: v.boolean(),
  cloud_cover: quantity('total', { ucum: '%', cf: 'cloud_area_fraction', canonical: '1' }),
  rain_1h: quantity('last hour; null = not reported', {
    ucum: 'mm',
    cf: 'thickness_of_rainfall_amount',
    canonical: 'm',
  }),
  snow_1h: quantity('water equivalent as sent', { ucum: 'mm', cf: 'lwe_thickness_of_snowfall_amount', canonical: 'm' }),
  weather: v.nullable(v.string()),
  conditions: v.array(v.looseObject({ code: v.number(), group: v.string(), text: v.optional(v.string()) })),
  sunrise: quantity('unix seconds; null in polar day and night', { ucum: 's' }),
  sunset: quantity('unix seconds; null in polar day and night', { ucum: 's' }),
  source: v.string(),
  provider: v.picklist(['openweather', 'openweather-onecall', 'open-meteo', 'nws', 'replay']),
  kind: v.picklist(['observation', 'analysis', 'reconstruction']),
  derived: Derived,
  qc: Qc,
  lineage: v.looseObject({
    correlation_id: v.string(),
    fetch_event_id: v.string(),
    raw_sha256: v.string(),
    raw_key: v.string(),
  }),
  license: v.looseObject({ spdx: v.string(), attribution: v.string(), url: v.string() }),
});
export type WeatherRecord = v.InferOutput<typeof WeatherRecord>;
