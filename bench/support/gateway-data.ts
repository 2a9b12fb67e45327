/** Records of about the size that the chain publishes (2 KB). */
export function slotRecords(count: number, part: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, at) => ({
    schema: 'weatherline.product/1',
    location_id: `place-${String(part).padStart(5, '0')}-${String(at).padStart(3, '0')}`,
    location_name: `Place ${part}-${at}`,
    lat: (part * 7 + at) % 80,
    lon: (part * 13 + at) % 170,
    temp: 3.5 + at,
    humidity: 60 + (at % 30),
    pressure: 1013 - (at % 20),
    derived: Object.fromEntries(
      Array.from({ length: 14 }, (_unused, index) => [`measure_${index}`, index * 1.25 + at]),
    ),
    qc: {
      overall: 1,
      fields: Object.fromEntries(Array.from({ length: 18 }, (_unused, index) => [`field_${index}`, 1])),
    },
    lineage: { correlation_id: '20261123T060000Z', raw_sha256: 'ab'.repeat(32), raw_key: 'k'.repeat(64) },
    license: {
      spdx: 'ODbL-1.0',
      attribution: 'Weather data provided by OpenWeather',
      url: 'https://openweathermap.org/',
    },
    note: 'x'.repeat(800),
  }));
}
