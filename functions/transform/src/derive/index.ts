import type { Derived } from '@weatherline/events';
import type { Measurement } from '../measurement.ts';
import type { Field, Report } from '../qc/report.ts';
import { round } from '../round.ts';
import { apparentTemperature, heatIndex, humidex, windChill } from './comfort.ts';
import { absoluteHumidity, airDensity, dewPoint, vapourPressureDeficit, wetBulb } from './humidity.ts';
import { daylight, isDay, solarElevation } from './sun.ts';
import { beaufort, windSector } from './wind.ts';

/** Computes `weatherline-derive/1` from what passed or is only doubtful; null outside a formula's range. */
export function derive(
  measurement: Measurement,
  { lat, lon }: { readonly lat: number; readonly lon: number },
  report: Report,
): Derived {
  const usable = (field: Field, value: number | null): number | null => (report.isUsable(field) ? value : null);
  const temp = usable('temp', measurement.temp);
  const humidity = clamp(usable('humidity', measurement.humidity));
  const wind = usable('wind_speed', measurement.windSpeed);
  const direction = usable('wind_deg', measurement.windDeg);
  const station = usable('station_pressure', measurement.stationPressure);
  const dew = both(temp, humidity, dewPoint);
  // A time that cannot be true says nothing about the sun.
  const when = report.flagOf('temp') === 4 && report.flagOf('wind_speed') === 4 ? null : measurement.observedAt;
  const elevation = when === null ? null : solarElevation(lat, lon, when);
  const apparent =
    temp === null || humidity === null || wind === null ? null : apparentTemperature(temp, humidity, wind);
  return {
    method_set: 'weatherline-derive/1',
    dew_point: round(dew, 2),
    heat_index: round(both(temp, humidity, heatIndex), 2),
    wind_chill: round(both(temp, wind, windChill), 2),
    apparent_temp: round(apparent, 2),
    humidex: round(both(temp, dew, humidex), 1),
    wet_bulb: round(both(temp, humidity, wetBulb), 2),
    absolute_humidity: round(both(temp, humidity, absoluteHumidity), 2),
    vapour_pressure_deficit: round(both(temp, humidity, vapourPressureDeficit), 3),
    air_density:
      temp === null || humidity === null || station === null ? null : round(airDensity(temp, humidity, station), 4),
    beaufort: wind === null ? null : beaufort(wind),
    wind_sector: direction === null ? null : windSector(direction),
    solar_elevation: round(elevation, 1),
    daylight_s: when === null ? null : daylight(lat, lon, when),
    is_day: elevation === null ? null : isDay(elevation),
  };
}

function both(a: number | null, b: number | null, compute: (a: number, b: number) => number | null): number | null {
  return a === null || b === null ? null : compute(a, b);
}

function clamp(humidity: number | null): number | null {
  return humidity === null ? null : Math.min(humidity, 100);
}
