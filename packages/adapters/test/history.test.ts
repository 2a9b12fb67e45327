import { once } from 'node:events';
import { createServer } from 'node:http';
import { ConfigurationError, loadConfig, reaches, type WeatherProvider } from '@weatherline/runtime';
import { recordedPlaces, startRecordedUpstream } from '@weatherline/testkit/upstream';
import test from 'ava';
import {
  createOneCall,
  createOpenMeteoArchive,
  createOpenWeather,
  HISTORY_PROVIDERS,
  MAX_BODY_BYTES,
  openConfiguredHistory,
  openConfiguredProvider,
  PROVIDER_SETTINGS,
} from '../src/providers/index.ts';

const SLOT = new Date('2014-02-10T06:30:00Z');
const PLACES = recordedPlaces();
const seattle = PLACES.find(({ id }) => id === 'seattle') ?? { id: 'x', name: 'x', lat: 0, lon: 0 };

const read = async (provider: WeatherProvider, slot = SLOT, place = seattle) =>
  provider.read(place, slot, new AbortController().signal);

test('One Call is asked for the instant of the slot, by coordinates, in metric units', async (t) => {
  await using upstream = await startRecordedUpstream();
  await using provider = createOneCall({ url: upstream.url, key: () => 'any' });
  const { units, body } = await read(provider);
  t.is(units, 'metric');
  const dt = SLOT.getTime() / 1000;
  t.deepEqual(upstream.requests, [
    {
      at: upstream.requests[0]?.at ?? 0,
      path: '/data/3.0/onecall/timemachine',
      query: { lat: '47.61', lon: '-122.33', dt: String(dt), units: 'metric' },
    },
  ]);
  const { data } = JSON.parse(body);
  t.deepEqual([data.length, data[0].dt], [1, dt]);
});

test('an instant that One Call does not have is a failure of the location, in its own words', async (t) => {
  await using upstream = await startRecordedUpstream();
  await using provider = createOneCall({ url: upstream.url, key: () => 'any' });
  const error = await t.throwsAsync(read(provider, new Date('1978-12-31T23:00:00Z')), { name: 'ProviderError' });
  t.like(error, { fault: 'location', code: 'HTTP_400', message: 'requested time is out of allowed range' });
});

test('the archive is asked for the UTC day of the slot, in metres a second and unix times', async (t) => {
  await using upstream = await startRecordedUpstream();
  await using provider = createOpenMeteoArchive({ url: upstream.url });
  const { hourly, hourly_units: units } = JSON.parse((await read(provider)).body);
  const [request] = upstream.requests;
  t.is(request?.path, '/v1/archive');
  t.like(request?.query, { latitude: '47.61', longitude: '-122.33', start_date: '2014-02-10', end_date: '2014-02-10' });
  t.is(request?.query['hourly']?.split(',').length, 12, 'ten count as one call, each further one as a tenth');
  t.deepEqual([units.wind_speed_10m, units.time, units.temperature_2m], ['m/s', 'unixtime', '°C']);
  t.deepEqual([hourly.time.length, hourly.time[6]], [24, Date.parse('2014-02-10T06:00:00Z') / 1000]);
});

test('a day of the archive is well below the limit of a body, with the widest numbers too', async (t) => {
  await using upstream = await startRecordedUpstream();
  await using provider = createOpenMeteoArchive({ url: upstream.url });
  for (const place of PLACES) {
    const { body } = await read(provider, SLOT, place);
    const widest = body.replaceAll(/(?<=[[,])(null|-?[\d.]+)(?=[\],])/g, '-1234.5678');
    t.true(widest.length < 0.6 * MAX_BODY_BYTES, `${place.id}: ${widest.length}`);
  }
});

test("Open-Meteo's reason for a refusal is shown, unless it holds an address", async (t) => {
  await using upstream = await startRecordedUpstream();
  await using provider = createOpenMeteoArchive({ url: upstream.url });
  const error = await t.throwsAsync(read(provider, new Date('1939-12-31T00:00:00Z')), { name: 'ProviderError' });
  t.like(error, {
    fault: 'location',
    code: 'HTTP_400',
    message: "Parameter 'start_date' is out of allowed range from 1940-01-01",
  });
  await using telling = await answering(JSON.stringify({ error: true, reason: 'see https://x.test/?apikey=1' }), 400);
  await using told = createOpenMeteoArchive({ url: telling.url });
  t.is((await t.throwsAsync(read(told)))?.message, 'the provider answered HTTP 400');
});

test('an answer without a value at the instant is a failure that a retry may mend, not a reading that stays', async (t) => {
  const column = Array.from({ length: 24 }, (_, hour) => (hour === 6 ? null : 1.5));
  await using late = await answering(JSON.stringify({ hourly: { temperature_2m: column } }));
  await using archive = createOpenMeteoArchive({ url: late.url });
  t.like(await t.throwsAsync(read(archive)), { fault: 'location', code: 'NO_DATA' });
  t.is((await read(archive, new Date('2014-02-10T07:00:00Z'))).units, 'metric');
  for (const body of ['{"data":[]}', '{"data":[{"dt":1}]}', '{"message":"none"}']) {
    await using empty = await answering(body);
    await using onecall = createOneCall({ url: empty.url, key: () => 'any' });
    t.like(await t.throwsAsync(read(onecall)), { fault: 'location', code: 'NO_DATA' }, body);
  }
});

test('both say before they are asked what they cover, what it costs, and whose budget it is', async (t) => {
  await using onecall = createOneCall({ key: () => 'any', callsPerMinute: 600 });
  await using present = createOpenWeather({ key: () => 'any', callsPerMinute: 600 });
  await using archive = createOpenMeteoArchive();
  t.like(onecall, { id: 'openweather-onecall', history: true, budgetId: present.id, callsPerMinute: 600 });
  t.like(archive, { id: 'open-meteo-archive', history: true, budgetId: 'open-meteo' });
  for (const { id, reach, price } of [onecall, archive]) {
    const known = Object.entries(HISTORY_PROVIDERS).find(([name]) => name === id);
    t.deepEqual({ reach, price }, { reach: known?.[1].reach, price: known?.[1].price });
  }
  const weighted = (archive.callsPerMinute ?? 0) * 1.2;
  t.true(weighted <= 600 && (weighted / 2) * 60 <= 5_000, 'a minute of all, and an hour of the replay lane');
});

test('a reach holds its first instant and the last one before the present becomes the past', (t) => {
  const now = new Date('2026-11-23T06:00:00Z');
  const { reach } = HISTORY_PROVIDERS['open-meteo-archive'];
  const of = (text: string): boolean => reaches(reach, new Date(text), now);
  t.deepEqual([of('1939-12-31T23:59:59Z'), of('1940-01-01T00:00:00Z')], [false, true]);
  t.deepEqual([of('2026-11-18T06:00:00Z'), of('2026-11-18T06:00:01Z')], [true, false]);
});

test('the archive is asked by default with Open-Meteo; what costs money only when it is named', async (t) => {
  const idOf = async (env: Record<string, string>): Promise<string | undefined> => {
    await using history = openConfiguredHistory(loadConfig(PROVIDER_SETTINGS, env), env);
    return history?.id;
  };
  const key = { OPENWEATHER_API_KEY: 'any' };
  t.is(await idOf(key), undefined);
  t.is(await idOf({}), undefined);
  t.is(await idOf({ WEATHERLINE_PROVIDER: 'open-meteo' }), 'open-meteo-archive');
  t.is(await idOf({ WEATHERLINE_PROVIDER: 'open-meteo', WEATHERLINE_HISTORY: 'none' }), undefined);
  t.is(await idOf({ ...key, WEATHERLINE_HISTORY: 'open-meteo-archive' }), 'open-meteo-archive');
  t.is(await idOf({ ...key, WEATHERLINE_HISTORY: 'openweather-onecall' }), 'openweather-onecall');
  const without = idOf({ WEATHERLINE_HISTORY: 'openweather-onecall' });
  t.regex(
    (await t.throwsAsync(without, { instanceOf: ConfigurationError }))?.message ?? '',
    /OPENWEATHER_API_KEY_FILE/,
  );
  t.throws(() => loadConfig(PROVIDER_SETTINGS, { WEATHERLINE_HISTORY: 'all' }), { message: /WEATHERLINE_HISTORY/ });
});

test('one address serves both products of OpenWeather; the archive of Open-Meteo has its own', async (t) => {
  await using upstream = await startRecordedUpstream();
  const ask = async (history: string): Promise<string | undefined> => {
    const env = {
      OPENWEATHER_API_KEY: 'any',
      WEATHERLINE_HISTORY: history,
      WEATHERLINE_OPENWEATHER_URL: upstream.url,
      WEATHERLINE_OPEN_METEO_ARCHIVE_URL: upstream.url,
    };
    const config = loadConfig(PROVIDER_SETTINGS, env);
    await using past = openConfiguredHistory(config, env);
    await using present = openConfiguredProvider(config, env);
    await read(present);
    if (past !== undefined) await read(past);
    return upstream.requests.at(-1)?.path;
  };
  t.is(await ask('openweather-onecall'), '/data/3.0/onecall/timemachine');
  t.is(await ask('open-meteo-archive'), '/v1/archive');
  t.is(await ask('none'), '/data/2.5/weather');
});

/** A server that says one thing. */
async function answering(body: string, status = 200): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
