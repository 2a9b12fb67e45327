import { ReadingsFetched, RecordsTransformed, type Failure, type WeatherRecord } from '@weatherline/events';
import { defineFunction, PermanentError } from '@weatherline/runtime';
import { InvalidBody } from './measurement.ts';
import { originOf, recordOf } from './record.ts';

/** Cleans, checks and enriches the readings of a part. The same event always gives the same bytes. */
export const transform = defineFunction({
  name: 'transform',
  accepts: ReadingsFetched,
  emits: RecordsTransformed,

  handle(data) {
    const before = new Map(data.previous?.readings.map((reading) => [reading.location.id, reading]));
    const origin = originOf(data);
    const records: WeatherRecord[] = [];
    const failures: Failure[] = [...data.failures];
    for (const reading of data.readings) {
      try {
        records.push(recordOf(data, origin, reading, before.get(reading.location.id)));
      } catch (error) {
        if (!(error instanceof InvalidBody)) throw error;
        failures.push({ location: reading.location.id, code: error.code, detail: error.message.slice(0, 300) });
      }
    }
    if (records.length === 0) {
      const codes = [...new Set(failures.map(({ code }) => code))].join(', ');
      throw new PermanentError('NO_USABLE_READING', `none of ${failures.length} locations gave a record: ${codes}`);
    }
    return {
      run: data.run,
      part: data.part,
      ...(data.replay === undefined ? {} : { replay: data.replay }),
      provider: data.provider,
      collectedAt: data.collectedAt,
      records: records.toSorted((a, b) => (a.location_id < b.location_id ? -1 : 1)),
      failures: failures.toSorted((a, b) => (a.location < b.location ? -1 : 1)),
    };
  },
});
