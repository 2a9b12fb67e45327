import { seaLevelPressure } from '../derive/humidity.ts';
import { solarElevation } from '../derive/sun.ts';
import type { Report } from './report.ts';
import type { Subject } from './subject.ts';
import { shown } from './validity.ts';

/** Level 2: do the values of one answer agree with each other? (After Zahumenský 2004, CBS/OPAG-IOS ET-AWS.) */
export function checkConsistency(subject: Subject, report: Report): void {
  wind(subject, report);
  temperature(subject, report);
  pressure(subject, report);
  weather(subject, report);
  place(subject, report);
}

function wind({ measurement: { windSpeed, windGust } }: Subject, report: Report): void {
  if (windSpeed === null || windGust === null) return;
  const fields = ['wind_gust', 'wind_speed'];
  if (windGust < windSpeed - 0.05) {
    report.fail('internal.gust_ge_speed', fields, 3, `gust ${shown(windGust)} < mean ${shown(windSpeed)} m/s`);
  }
  if (windGust > 15 && windGust > 3 * windSpeed) {
    report.fail('internal.gust_factor', fields, 3, `gust ${shown(windGust)} > 3 x mean ${shown(windSpeed)} m/s`);
  }
}

function temperature({ measurement: { temp, tempMin, tempMax } }: Subject, report: Report): void {
  if (temp === null || tempMin === null || tempMax === null) return;
  if (temp < tempMin - 0.05 || temp > tempMax + 0.05) {
    report.fail('internal.temp_spread', ['temp'], 3, `${shown(temp)} outside ${shown(tempMin)}..${shown(tempMax)} Cel`);
  }
}

function pressure({ measurement, location }: Subject, report: Report): void {
  const { temp, humidity, pressure: seaLevel, plainPressure, stationPressure } = measurement;
  if (seaLevel !== null && plainPressure !== null && Math.abs(seaLevel - plainPressure) > 1) {
    report.fail(
      'internal.pressure_sea_level',
      ['pressure'],
      3,
      `sea level ${shown(seaLevel)}, pressure ${shown(plainPressure)} hPa`,
    );
  }
  const { elevation } = location;
  if (elevation === undefined || elevation >= 750 || stationPressure === null || seaLevel === null) return;
  if (temp === null || humidity === null) return;
  const reduced = seaLevelPressure(stationPressure, temp, humidity, elevation);
  if (Math.abs(reduced - seaLevel) > 5 + elevation / 500) {
    const detail = `${shown(stationPressure)} hPa at ${elevation} m reduces to ${shown(reduced)}, sent ${shown(seaLevel)}`;
    report.fail('internal.pressure_reduction', ['pressure', 'station_pressure'], 3, detail);
  }
}

function weather({ measurement }: Subject, report: Report): void {
  const { conditions, temp, visibility, humidity, cloudCover, rain1h, snow1h } = measurement;
  const codes = conditions.map(({ code }) => code);
  const within = (from: number, to: number): boolean => codes.some((code) => code >= from && code <= to);
  if (within(600, 699) && temp !== null && temp > 5) {
    report.fail('internal.snow_temperature', ['temp', 'conditions'], 3, `snow at ${shown(temp)} Cel`);
  }
  const tooClear = visibility !== null && visibility >= 1000;
  if (codes.includes(741) && (tooClear || (humidity !== null && humidity < 90))) {
    const detail = `fog with visibility ${visibility ?? 'unknown'} m and humidity ${humidity ?? 'unknown'} %`;
    report.fail('internal.fog', ['visibility', 'conditions'], 3, detail);
  }
  if (codes.includes(800) && cloudCover !== null && cloudCover > 20) {
    report.fail(
      'internal.clear_sky',
      ['cloud_cover', 'conditions'],
      3,
      `clear sky with ${shown(cloudCover)} % of cloud`,
    );
  }
  const isDry = codes.length > 0 && codes.every((code) => code >= 800 && code <= 804);
  if (isDry && (rain1h ?? 0) > 0)
    report.fail('internal.dry_rain', ['rain_1h', 'conditions'], 3, 'rain without a code of rain');
  if (isDry && (snow1h ?? 0) > 0)
    report.fail('internal.dry_rain', ['snow_1h', 'conditions'], 3, 'snow without a code of snow');
}

function place({ measurement, location, reconstruction }: Subject, report: Report): void {
  const { lat, lon, light, observedAt } = measurement;
  if (lat !== null && lon !== null && (Math.abs(lat - location.lat) > 0.05 || apart(lon, location.lon) > 0.05)) {
    report.fail(
      'internal.coordinates',
      ['coordinates'],
      3,
      `asked ${location.lat}, ${location.lon}; got ${lat}, ${lon}`,
    );
  }
  // An answer whose time was moved keeps the light of the hour it was recorded at.
  if (reconstruction === 'dt') report.skip('internal.light');
  else if (light !== null) {
    const elevation = solarElevation(location.lat, location.lon, observedAt);
    if (Math.abs(elevation) > 3 && (light === 'd') !== elevation > 0) {
      const detail = `${light === 'd' ? 'day' : 'night'} with the sun at ${shown(elevation)} deg`;
      report.fail('internal.light', ['conditions'], 3, detail);
    }
  }
}

function apart(a: number, b: number): number {
  const difference = Math.abs(a - b) % 360;
  return Math.min(difference, 360 - difference);
}
