import { inspect } from 'node:util';
import { ProviderError, type WeatherProvider } from '@weatherline/runtime';
import { BODIES, bodyText, recordedPlaces, startRecordedUpstream, type FaultKind } from '@weatherline/testkit/upstream';
import test from 'ava';
import {
  createOneCall,
  createOpenMeteo,
  createOpenMeteoArchive,
  createOpenWeather,
  createRecorded,
} from '../src/providers/index.ts';

const CANARY = 'CANARY0123456789abcdef';
const SLOT = new Date('2026-11-23T06:00:00Z');
const IMPATIENT = { connectMs: 300, headersMs: 200, totalMs: 400 };
const turin = recordedPlaces().find(({ id }) => id === 'turin') ?? { id: 'x', name: 'x', lat: 0, lon: 0 };

const read = async (provider: WeatherProvider, place = turin) =>
  provider.read(place, SLOT, new AbortController().signal);

const TABLE: readonly (readonly [fault: FaultKind, outcome: ProviderError['fault'], code: string])[] = [
  ['unauthorized', 'key', 'INVALID_KEY'],
  ['subscription', 'subscription', 'SUBSCRIPTION'],
  ['bad-request', 'location', 'HTTP_400'],
  ['not-found', 'location', 'HTTP_404'],
  ['too-many', 'throttled', 'HTTP_429'],
  ['internal', 'retry', 'HTTP_500'],
  ['bad-gateway-html', 'retry', 'HTTP_502'],
  ['hang', 'retry', 'TIMEOUT'],
  ['hang-body', 'retry', 'TIMEOUT'],
  ['reset', 'retry', 'CONNECTION'],
  ['truncate', 'retry', 'TRUNCATED'],
  ['not-json', 'retry', 'NOT_JSON'],
  ['wrong-content-type', 'retry', 'CONTENT_TYPE'],
  ['too-large', 'location', 'BODY_TOO_LARGE'],
  ['redirect', 'retry', 'HTTP_302'],
];

const MAKERS = {
  OpenWeather: createOpenWeather,
  'One Call': createOneCall,
  'the archive of Open-Meteo': createOpenMeteoArchive,
} as const;

for (const [name, make] of Object.entries(MAKERS)) {
  for (const [fault, outcome, code] of TABLE) {
    // One after the other, and short of patience only where that is the point: a busy machine is not a slow provider.
    test.serial(`${fault} of ${name} means ${outcome}, ${code}, and the error does not hold the key`, async (t) => {
      await using upstream = await startRecordedUpstream({ script: [{ fault }] });
      const patience = outcome === 'retry' && code === 'TIMEOUT' ? { timeouts: IMPATIENT } : {};
      await using provider = make({ url: upstream.url, key: () => CANARY, ...patience });
      const error = await t.throwsAsync(read(provider), { instanceOf: ProviderError });
      t.like(error, { fault: outcome, code });
      for (const text of [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), error?.stack ?? '']) {
        t.false(text.includes(CANARY) || text.includes('appid'), text);
      }
    });
  }
}

test('nobody listening is a connection that failed', async (t) => {
  await using provider = createOpenWeather({ url: 'http://127.0.0.1:9', key: () => CANARY });
  t.like(await t.throwsAsync(read(provider)), { fault: 'retry', code: 'CONNECTION' });
});

test('Retry-After is passed on with a 429', async (t) => {
  await using upstream = await startRecordedUpstream({ script: [{ fault: 'too-many', retryAfter: 90 }] });
  await using provider = createOpenWeather({ url: upstream.url, key: () => CANARY });
  t.like(await t.throwsAsync(read(provider)), { retryAfterMs: 90_000 });
});

for (const make of [createOpenWeather, createOneCall]) {
  test(`a key that was rotated is read again once before it is called refused (${make.name})`, async (t) => {
    await using upstream = await startRecordedUpstream({ script: [{ fault: 'unauthorized', times: 1 }] });
    const keys = ['old', 'new'];
    await using provider = make({ url: upstream.url, key: () => keys.shift() ?? 'new' });
    t.is((await read(provider)).units, 'metric');
    t.is(upstream.requests.length, 2);
  });
}

test('OpenWeather is asked by coordinates, in metric units, and its bytes travel untouched', async (t) => {
  await using upstream = await startRecordedUpstream();
  await using provider = createOpenWeather({ url: upstream.url, key: () => CANARY });
  const munich = recordedPlaces().find(({ id }) => id === 'munich') ?? turin;
  const answer = await read(provider, munich);
  t.is(answer.body, bodyText(BODIES.find(({ place }) => place.id === 'munich')?.file ?? ''));
  t.is(answer.reconstruction, undefined);
  t.deepEqual(upstream.requests.at(-1)?.query, { lat: '48.14', lon: '11.58', units: 'metric' });
});

test('the recorded provider says of every slot how its answer was made', async (t) => {
  await using upstream = await startRecordedUpstream();
  await using provider = createRecorded({ url: upstream.url });
  const answer = await read(provider);
  t.is(answer.reconstruction, 'dt');
  t.is(JSON.parse(answer.body).dt, SLOT.getTime() / 1000);
  const seattle = recordedPlaces().find(({ id }) => id === 'seattle') ?? turin;
  const series = await read(provider, seattle);
  t.is(series.reconstruction, 'series');
  t.deepEqual(await read(provider, seattle), series);
  await using kept = await startRecordedUpstream({ recordedDt: true });
  await using plain = createRecorded({ url: kept.url });
  t.is(JSON.parse((await read(plain)).body).dt, 1_726_660_758);
});

test('an aborted call ends at once', async (t) => {
  await using upstream = await startRecordedUpstream({ script: [{ fault: 'hang' }] });
  await using provider = createOpenWeather({ url: upstream.url, key: () => CANARY });
  const abort = new AbortController();
  const reading = provider.read(turin, SLOT, abort.signal);
  abort.abort(new Error('asked to stop'));
  await t.throwsAsync(reading, { message: 'asked to stop' });
});

test('Open-Meteo needs no key and is asked for SI units and unix times', async (t) => {
  await using upstream = await startRecordedUpstream();
  await using provider = createOpenMeteo({ url: upstream.url });
  t.is(provider.callsPerMinute, 600);
  // The stand-in does not speak Open-Meteo: it says so as a location that it does not know.
  t.like(await t.throwsAsync(read(provider)), { fault: 'location', code: 'HTTP_404' });
});

test('people can drive the stand-in: a script is put, what was asked is listed, the script is taken away', async (t) => {
  await using upstream = await startRecordedUpstream();
  const weather = `${upstream.url}/data/2.5/weather?lat=45.133&lon=7.367&appid=${CANARY}`;
  t.is((await fetch(weather)).status, 200);
  await fetch(`${upstream.url}/_script`, {
    method: 'PUT',
    body: JSON.stringify([{ fault: 'internal', after: 1, times: 1 }]),
  });
  t.deepEqual(
    [(await fetch(weather)).status, (await fetch(weather)).status, (await fetch(weather)).status],
    [200, 500, 200],
  );
  const requests = await (await fetch(`${upstream.url}/_requests`)).text();
  t.false(requests.includes(CANARY));
  t.is((await fetch(`${upstream.url}/_script`, { method: 'DELETE' })).status, 200);
  t.is((await fetch(`${upstream.url}/data/2.5/weather?lat=45.133&lon=7.367`)).status, 401, 'without a key');
});
