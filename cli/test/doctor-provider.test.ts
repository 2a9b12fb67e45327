import { recordedPlaces, startRecordedUpstream } from '@weatherline/testkit/upstream';
import test from 'ava';
import { checkPast, checkProvider } from '../src/doctor/provider.ts';

const CANARY = 'canary-3f9d2b7a5c8e4f60';
const NOW = new Date('2026-11-23T06:30:00Z');
const { signal } = new AbortController();
const WEATHERLINE_LOCATIONS = JSON.stringify(recordedPlaces().slice(0, 1));

test('the key is tried with one call: a refusal says 401, and neither key nor address is told', async (t) => {
  await using upstream = await startRecordedUpstream();
  const places = JSON.stringify(recordedPlaces().slice(0, 1));
  const env = {
    OPENWEATHER_API_KEY: CANARY,
    WEATHERLINE_OPENWEATHER_URL: upstream.url,
    WEATHERLINE_LOCATIONS: places,
  };
  const good = await checkProvider(env, signal);
  t.regex(good.detail, /^openweather answers, \d+ ms$/);
  t.is(upstream.requests.length, 1);
  for (const [fault, status, words] of [
    ['unauthorized', 'fail', /HTTP 401/],
    ['subscription', 'fail', /plan/],
    ['too-many', 'warn', /throttles/],
    ['not-found', 'warn', /asked about/],
    ['internal', 'fail', /HTTP 500/],
  ] as const) {
    upstream.setScript([{ fault }]);
    const found = await checkProvider(env, signal);
    t.is(found.status, status, fault);
    t.regex(found.detail, words);
    t.notRegex(`${found.detail}${found.fix}`, /canary|127\.0\.0\.1/);
  }
  t.is((await checkProvider({}, signal)).status, 'skipped');
});

test('the provider of the past is asked once about an instant that it must know', async (t) => {
  await using upstream = await startRecordedUpstream();
  const asked = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const { status, detail } = await checkPast({ WEATHERLINE_LOCATIONS, ...env }, NOW, signal);
    return `${status}: ${detail.replace(/\d+ ms/, 'MS')}`;
  };
  const key = { OPENWEATHER_API_KEY: CANARY, WEATHERLINE_OPENWEATHER_URL: upstream.url };
  t.is(await asked({ ...key, WEATHERLINE_HISTORY: 'openweather-onecall' }), 'ok: openweather-onecall answers, MS');
  const archive = { WEATHERLINE_OPEN_METEO_ARCHIVE_URL: upstream.url, WEATHERLINE_PROVIDER: 'open-meteo' };
  t.is(await asked(archive), 'ok: open-meteo-archive answers, MS');
  t.deepEqual(
    upstream.requests.map(({ query }) => query['dt'] ?? query['start_date']),
    [String(Date.parse('2026-11-22T06:00:00Z') / 1000), '2026-11-17'],
  );
});

test('where nobody is named for the past, or the key is elsewhere, nobody is asked, and the line says so', async (t) => {
  const judge = async (env: Readonly<Record<string, string>>) => checkPast(env, NOW, signal);
  t.is((await judge({})).detail, 'the recorded upstream knows the past, too');
  const none = await judge({ OPENWEATHER_API_KEY: CANARY });
  t.deepEqual(
    [none.status, none.detail],
    ['skipped', 'slots that have ended are gaps: WEATHERLINE_HISTORY names who is asked about them'],
  );
  const oneCall = { WEATHERLINE_HISTORY: 'openweather-onecall' };
  const cluster = await judge({ ...oneCall, WEATHERLINE_KAFKA_BROKERS: 'here:9092' });
  t.deepEqual([cluster.status, cluster.detail], ['skipped', 'openweather-onecall needs a key, which only fetch has']);
  const here = await judge({ ...oneCall, WEATHERLINE_PROVIDER: 'openweather' });
  t.is(here.status, 'fail');
  t.regex(here.fix ?? '', /OPENWEATHER_API_KEY_FILE/);
});

test('a subscription that is missing, a key that is refused and a provider that is away have a fix each', async (t) => {
  await using upstream = await startRecordedUpstream();
  const env = {
    OPENWEATHER_API_KEY: CANARY,
    WEATHERLINE_OPENWEATHER_URL: upstream.url,
    WEATHERLINE_HISTORY: 'openweather-onecall',
    WEATHERLINE_LOCATIONS,
  };
  for (const [fault, status, fix] of [
    ['subscription', 'fail', /subscribe the key to One Call by Call.* or set WEATHERLINE_HISTORY/],
    ['unauthorized', 'fail', /write a valid key/],
    ['too-many', 'warn', /WEATHERLINE_CALLS_PER_MINUTE/],
    ['internal', 'fail', /try again/],
    ['reset', 'fail', /WEATHERLINE_OPENWEATHER_URL/],
  ] as const) {
    upstream.setScript([{ fault }]);
    const found = await checkPast(env, NOW, signal);
    t.is(found.status, status, fault);
    t.regex(found.fix ?? '', fix);
    t.notRegex(`${found.detail}${found.fix}`, /canary|127\.0\.0\.1/);
  }
});
