import { dewPoint } from '../derive/humidity.ts';
import { ABSOLUTE, grossLimits, STATION_PRESSURE, type Limits } from './limits.ts';
import { FIELDS, type Report } from './report.ts';
import { valueOf, type Subject } from './subject.ts';

/** Level 1: is the value possible at all, and possible there and then? */
export function checkValidity({ measurement, location }: Subject, report: Report): void {
  for (const field of FIELDS) {
    const value = valueOf(measurement, field);
    if (value === null) continue;
    const [low, high] = ABSOLUTE[field];
    if (value < low || value > high)
      report.fail('validity.range', [field], 4, `${shown(value)} outside ${low}..${high}`);
  }
  const { temp, humidity, pressure, stationPressure, windSpeed, rain1h, snow1h, observedAt } = measurement;
  const band = grossLimits(location.lat, observedAt);
  gross(report, 'temp', temp, band.temp);
  gross(report, 'pressure', pressure, band.pressure);
  gross(report, 'station_pressure', stationPressure, STATION_PRESSURE);
  gross(report, 'wind_speed', windSpeed, band.windSpeed);
  if (temp !== null && humidity !== null && humidity <= 100)
    gross(report, 'humidity', dewPoint(temp, humidity), band.dewPoint);
  if (humidity !== null && humidity > 100 && humidity <= 105) {
    report.fail('validity.supersaturation', ['humidity'], 3, `${shown(humidity)} % taken as 100 %`);
  }
  if (rain1h !== null && rain1h > 100 && rain1h <= 305)
    report.fail('validity.rain_rate', ['rain_1h'], 3, `${shown(rain1h)} mm in an hour`);
  if (snow1h !== null && snow1h > 100 && snow1h <= 305)
    report.fail('validity.rain_rate', ['snow_1h'], 3, `${shown(snow1h)} mm in an hour`);
}

function gross(report: Report, field: string, value: number | null, { suspect, fail }: Limits): void {
  if (value === null) return;
  if (value < fail[0] || value > fail[1]) {
    report.fail('validity.gross', [field], 4, `${shown(value)} outside ${range(fail)} for the place and season`);
  } else if (value < suspect[0] || value > suspect[1]) {
    report.fail('validity.gross', [field], 3, `${shown(value)} outside ${range(suspect)} for the place and season`);
  }
}

function range([low, high]: readonly [number, number]): string {
  return low === Number.NEGATIVE_INFINITY ? `0..${high}` : `${low}..${high}`;
}

/** At most two decimals, without trailing zeros. */
export function shown(value: number): string {
  return String(Math.round(value * 100) / 100);
}
