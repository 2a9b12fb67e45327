import { readFileSync } from 'node:fs';
import type { Location } from '@weatherline/events';

export type Units = 'standard' | 'metric' | 'imperial';

/** One recorded answer of `/data/2.5/weather`: the place it is of, and the units it was asked in. */
export type Recorded = { readonly file: string; readonly units: Units; readonly place: Location };

const RECORDED: readonly (readonly [
  file: string,
  units: Units,
  id: string,
  name: string,
  lat: number,
  lon: number,
  country?: string,
])[] = [
  ['current-01-zocca-rain-gust-standard', 'standard', 'zocca', 'Zocca', 44.34, 10.99, 'IT'],
  ['current-02-turin-rain-gust-below-speed', 'standard', 'turin', 'Turin', 45.133, 7.367, 'IT'],
  ['current-03-berlin-snow-1h-night', 'standard', 'berlin', 'Berlin', 52.5244, 13.4105, 'DE'],
  ['current-04-helsinki-snow-without-volume', 'standard', 'helsinki', 'Helsinki', 60.1695, 24.9355, 'FI'],
  ['current-05-munich-two-conditions-float-humidity', 'metric', 'munich', 'Munich', 48.14, 11.58, 'DE'],
  ['current-06-london-clouds-gust', 'standard', 'london', 'London', 51.5085, -0.1257, 'GB'],
  ['current-08-donvale-au-deg360-dry-night', 'standard', 'donvale', 'Donvale', -37.8, 145.17, 'AU'],
  ['current-09-stockholm-night-metric', 'metric', 'stockholm', 'Stockholm', 59.33, 18.06, 'SE'],
  ['current-10-new-york-thunderstorm-visibility-16093', 'standard', 'new-york', 'New York', 40.73, -73.99, 'US'],
  ['current-11-bucharest-thunderstorm-rain-metric', 'metric', 'bucharest', 'Bucharest', 44.4323, 26.1063, 'RO'],
  ['current-13-moscow-wind-without-deg-ru-metric', 'metric', 'moscow', 'Moscow', 55.75, 37.62, 'RU'],
  ['current-14-hamburg-fog-de-no-deg', 'metric', 'hamburg', 'Hamburg', 53.55, 10, 'DE'],
  ['current-16-campo-grande-br-metric', 'metric', 'campo-grande', 'Campo Grande', -20.44, -54.65, 'BR'],
  ['current-17-indian-ocean-no-visibility-no-city', 'standard', 'indian-ocean', 'Indian Ocean', -3, 43],
  ['current-20-west-pacific-night', 'standard', 'west-pacific', 'West Pacific', 37.8646, 145.1294],
  ['current-21-arctic-polar-night-sunrise-zero', 'standard', 'arctic', 'Arctic Ocean', 79.3832, 43.6532],
  ['current-22-havana-thunderstorm-metric', 'metric', 'havana', 'Havana', 23.14, -82.37, 'CU'],
  ['current-23-san-francisco-imperial', 'imperial', 'san-francisco', 'San Francisco', 37.77, -122.42, 'US'],
];

/** Every recorded place, sorted by id. */
export const BODIES: readonly Recorded[] = RECORDED.map(([file, units, id, name, lat, lon, country]) => ({
  file: `${file}.json`,
  units,
  place: { id, name, lat, lon, ...(country === undefined ? {} : { country }) },
})).toSorted((a, b) => (a.place.id < b.place.id ? -1 : 1));

const folder = new URL('../../data/openweather/', import.meta.url);
const texts = new Map<string, string>();

/** The body as it goes over the wire: the recording without the white space that was added to read it. */
export function bodyText(file: string): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = compact(readFileSync(new URL(file, folder), 'utf8'));
    texts.set(file, text);
  }
  return text;
}

/** Removes white space outside strings; the spelling of numbers stays. */
function compact(json: string): string {
  return json.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

/** A page or body of an error, byte for byte. */
export function errorText(file: string): string {
  return readFileSync(new URL(file, folder), 'utf8').trim();
}
