import type { Location } from '@weatherline/events';
import type { Measurement } from '../measurement.ts';
import type { Field } from './report.ts';

/** What the tests look at. Times in unix seconds. */
export type Subject = {
  readonly measurement: Measurement;
  readonly location: Location;
  readonly slot: number;
  readonly collectedAt: number;
  /** How a recorded answer was made; undefined = as the provider said it. */
  readonly reconstruction: string | undefined;
  /** The same place and provider in the previous slot. */
  readonly previous: Measurement | undefined;
};

export function valueOf(measurement: Measurement, field: Field): number | null {
  switch (field) {
    case 'temp':
      return measurement.temp;
    case 'humidity':
      return measurement.humidity;
    case 'pressure':
      return measurement.pressure;
    case 'station_pressure':
      return measurement.stationPressure;
    case 'wind_speed':
      return measurement.windSpeed;
    case 'wind_deg':
      return measurement.windDeg;
    case 'wind_gust':
      return measurement.windGust;
    case 'visibility':
      return measurement.visibility;
    case 'cloud_cover':
      return measurement.cloudCover;
    case 'rain_1h':
      return measurement.rain1h;
    case 'snow_1h':
      return measurement.snow1h;
  }
}
