import test from 'ava';
import { recordedReading, eventOf, onlyRecord, testData } from './support.ts';
import type { WeatherRecord } from '@weatherline/events';

test("the vendor's own sample becomes the published example, but for its name", async (t) => {
  const { id: _id, ...expected } = testData<WeatherRecord>('product.v1.example.json');
  const reading = {
    ...recordedReading('current-02-turin-rain-gust-below-speed.json'),
    collectedAt: '2024-09-18T12:01:07Z',
    location: { id: 'turin-province', name: 'Province of Turin', lat: 45.133, lon: 7.367 },
  };
  const event = eventOf([reading], {
    run: { id: '20240918T120000Z', slot: '2024-09-18T12:00:00Z', reason: 'schedule' },
  });
  const { id, qc, ...record } = await onlyRecord(event);
  const { not_evaluated: _skipped, ...flags } = qc;
  t.deepEqual({ ...record, qc: flags }, expected);
  t.regex(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
