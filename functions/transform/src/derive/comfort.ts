/** Heat index, °F of °F and %, as the National Weather Service computes it (SR 90-23, Rothfusz 1990). */
export function heatIndexFahrenheit(t: number, rh: number): number {
  if (t <= 40) return t;
  const simple = 0.5 * (t + 61 + (t - 68) * 1.2 + 0.094 * rh);
  if (simple <= 79) return simple;
  const full =
    -42.379 +
    2.04901523 * t +
    10.14333127 * rh -
    0.22475541 * t * rh -
    0.00683783 * t ** 2 -
    0.05481717 * rh ** 2 +
    0.00122874 * t ** 2 * rh +
    0.00085282 * t * rh ** 2 -
    0.00000199 * t ** 2 * rh ** 2;
  if (rh < 13 && t >= 80 && t <= 112) return full - ((13 - rh) / 4) * Math.sqrt((17 - Math.abs(t - 95)) / 17);
  if (rh > 85 && t >= 80 && t <= 87) return full + ((rh - 85) / 10) * ((87 - t) / 5);
  return full;
}

/** Heat index, °C; null below 26.7 °C, where it says nothing. */
export function heatIndex(temp: number, humidity: number): number | null {
  if (temp < 26.7) return null;
  return (heatIndexFahrenheit(temp * 1.8 + 32, humidity) - 32) / 1.8;
}

/**
 * Wind chill, °C, of °C and m/s at 10 m; null above 10 °C or in winds up to 4.8 km/h (JAG/TI 2001), where at 0 °C and
 * below Environment Canada's low-wind form takes over.
 */
export function windChill(temp: number, windSpeed: number): number | null {
  const kmh = windSpeed * 3.6;
  if (temp > 10) return null;
  if (kmh > 4.8) return 13.12 + 0.6215 * temp - 11.37 * kmh ** 0.16 + 0.3965 * temp * kmh ** 0.16;
  return temp <= 0 ? temp + ((-1.59 + 0.1345 * temp) / 5) * kmh : null;
}

/** Apparent temperature in the shade, °C (Steadman 1994, as the Australian Bureau of Meteorology computes it). */
export function apparentTemperature(temp: number, humidity: number, windSpeed: number): number {
  const vapour = (humidity / 100) * 6.105 * Math.exp((17.27 * temp) / (237.7 + temp));
  return temp + 0.33 * vapour - 0.7 * windSpeed - 4;
}

/** Humidex of °C and dew point in °C; null below 20 °C or below 25 (Masterton and Richardson 1979). */
export function humidex(temp: number, dew: number): number | null {
  if (temp < 20) return null;
  const vapour = 6.11 * Math.exp(5417.753 * (1 / 273.16 - 1 / (273.15 + dew)));
  const value = temp + 0.5555 * (vapour - 10);
  return value < 25 ? null : value;
}
