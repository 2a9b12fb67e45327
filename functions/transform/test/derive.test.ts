import test from 'ava';
import * as comfort from '../src/derive/comfort.ts';
import * as humidity from '../src/derive/humidity.ts';
import * as sun from '../src/derive/sun.ts';
import * as wind from '../src/derive/wind.ts';
import { testData } from './support.ts';

type Inputs = Record<string, number> & { unit?: string; local_date?: string };
type Vector = { inputs: Inputs; expected: unknown; tolerance: number | string; basis: string };
type Quantity = { quantity: string; vectors: Vector[] };

const celsius = (fahrenheit: number): number => (fahrenheit - 32) / 1.8;
const fahrenheit = (degrees: number): number => degrees * 1.8 + 32;
const kmh = ({ v_kmh: metric = Number.NaN, v_mph: miles }: Inputs): number =>
  miles === undefined ? metric : miles * 1.609344;
const nan = Number.NaN;

/** How each quantity of the vectors is computed from their inputs, in their unit. */
const COMPUTE: Record<string, (inputs: Inputs) => unknown> = {
  saturation_vapour_pressure_over_water: ({ t_C: t = nan }) => humidity.saturationPressure(t),
  dew_point_temperature: ({ t_C: t = nan, rh = nan }) => humidity.dewPoint(t, rh),
  heat_index_of_air_temperature: ({ t_F: f, t_C: c = nan, rh = nan }) =>
    f === undefined ? celsius(comfort.heatIndexFahrenheit(fahrenheit(c), rh)) : comfort.heatIndexFahrenheit(f, rh),
  wind_chill_of_air_temperature: (inputs) => {
    const { t_F: f, t_C: c = nan } = inputs;
    const chill = comfort.windChill(f === undefined ? c : celsius(f), kmh(inputs) / 3.6);
    return chill !== null && inputs.unit === '[degF]' ? fahrenheit(chill) : chill;
  },
  apparent_temperature_bom: ({ t_C: t = nan, rh = nan, ws = nan }) => comfort.apparentTemperature(t, rh, ws),
  humidex: ({ t_C: t = nan, td_C: dew = nan }) => comfort.humidex(t, dew),
  absolute_humidity: ({ t_C: t = nan, rh = nan }) => humidity.absoluteHumidity(t, rh),
  vapour_pressure_deficit: ({ t_C: t = nan, rh = nan }) => humidity.vapourPressureDeficit(t, rh),
  wet_bulb_temperature_stull: ({ t_C: t = nan, rh = nan }) => humidity.wetBulb(t, rh),
  air_pressure_at_mean_sea_level: ({ ps = nan, t_C: t = nan, rh = nan, elev_m: elevation = nan }) =>
    humidity.seaLevelPressure(ps, t, rh, elevation),
  air_density: ({ t_C: t = nan, rh = nan, p = nan }) => humidity.airDensity(t, rh, p),
  beaufort_wind_force: ({ ws = nan }) => wind.beaufort(ws),
  wind_compass_sector: ({ deg = nan }) => wind.windSector(deg),
  solar_elevation_angle: ({ lat = nan, lon = nan, unix = nan }) => sun.solarElevation(lat, lon, unix),
  sunrise_sunset: ({ lat = nan, lon = nan, local_date: date = '' }) =>
    sun.sunTimes(lat, lon, Date.parse(`${date}T12:00:00Z`) / 1000 - lon * 240),
};

for (const { quantity, vectors } of testData<Quantity[]>('derived-vectors.json')) {
  const compute = COMPUTE[quantity];
  // How OpenWeather makes its own feels-like is a finding about it, not a quantity of ours.
  if (compute === undefined) {
    test(`${quantity} is the one quantity that is not computed here`, (t) => {
      t.is(quantity, 'openweather_feels_like_model');
    });
    continue;
  }
  test(`${quantity} meets its ${vectors.length} published vectors`, (t) => {
    for (const { inputs, expected, tolerance, basis } of vectors) {
      const got = compute(inputs);
      const label = `${JSON.stringify(inputs)} (${basis}): expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`;
      if (typeof expected === 'number')
        t.true(typeof got === 'number' && Math.abs(got - expected) <= Number(tolerance), label);
      else if (quantity === 'sunrise_sunset') t.true(sunAgrees(got, expected, tolerance), label);
      else t.deepEqual(got, expected, label);
    }
  });
}

function sunAgrees(got: unknown, expected: unknown, tolerance: number | string): boolean {
  const said = JSON.stringify(expected);
  if (typeof got === 'string') return said.includes(got === 'polar day' ? 'midnight_sun' : 'polar_night');
  if (typeof got !== 'object' || got === null || !('sunrise' in got) || !('sunset' in got)) return false;
  const within = Number.parseFloat(String(tolerance));
  const [rise, set] = [...said.matchAll(/(\d{2}):(\d{2}):(\d{2})/g)].map(
    ([, h, m, s]) => Number(h) * 3600 + Number(m) * 60 + Number(s),
  );
  const off = (at: unknown, clock = nan): number => {
    const difference = Math.abs((Number(at) % 86_400) - clock);
    return Math.min(difference, 86_400 - difference);
  };
  return off(got.sunrise, rise) <= within && off(got.sunset, set) <= within;
}
