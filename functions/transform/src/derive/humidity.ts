/** Saturation vapour pressure over liquid water, hPa, of °C; valid -45..60 (WMO-No. 8, Annex 4.B). */
export function saturationPressure(temp: number): number {
  return 6.112 * Math.exp((17.62 * temp) / (243.12 + temp));
}

/** Vapour pressure, hPa, of °C and % over liquid water. */
export function vapourPressure(temp: number, humidity: number): number {
  return (saturationPressure(temp) * humidity) / 100;
}

/** Dew point, °C, for a humidity of at least 1 % (WMO-No. 8, Annex 4.B). */
export function dewPoint(temp: number, humidity: number): number | null {
  if (humidity < 1) return null;
  const x = Math.log(vapourPressure(temp, humidity) / 6.112);
  return (243.12 * x) / (17.62 - x);
}

/** Absolute humidity, g/m³ (ideal gas). */
export function absoluteHumidity(temp: number, humidity: number): number {
  return (216.679 * vapourPressure(temp, humidity)) / (temp + 273.15);
}

/** Vapour pressure deficit, kPa (FAO-56, equations 12 and 17). */
export function vapourPressureDeficit(temp: number, humidity: number): number {
  return (saturationPressure(temp) * (1 - humidity / 100)) / 10;
}

/** Wet bulb, °C, at about 1013 hPa; -20..50 °C, 5..99 %, within -1.0..+0.65 K (Stull 2011, JAMC 50:2267). */
export function wetBulb(temp: number, humidity: number): number | null {
  if (temp < -20 || temp > 50 || humidity < 5 || humidity > 99) return null;
  return (
    temp * Math.atan(0.151977 * Math.sqrt(humidity + 8.313659)) +
    Math.atan(temp + humidity) -
    Math.atan(humidity - 1.676331) +
    0.00391838 * humidity ** 1.5 * Math.atan(0.023101 * humidity) -
    4.686035
  );
}

/** Density of moist air, kg/m³, of °C, % and station pressure in hPa (ideal gas). */
export function airDensity(temp: number, humidity: number, stationPressure: number): number {
  const kelvin = temp + 273.15;
  const vapour = vapourPressure(temp, humidity);
  return ((stationPressure - vapour) * 100) / (287.05 * kelvin) + (vapour * 100) / (461.495 * kelvin);
}

/** Pressure reduced to mean sea level, hPa, for stations below 750 m (WMO-No. 8, chapter 3). */
export function seaLevelPressure(stationPressure: number, temp: number, humidity: number, elevation: number): number {
  const mean = temp + 273.15 + (0.0065 * elevation) / 2 + 0.12 * vapourPressure(temp, humidity);
  return stationPressure * 10 ** ((0.0148275 * elevation) / mean);
}
