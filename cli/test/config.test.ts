import test from 'ava';
import { readConfig } from '../src/config.ts';
import { openHistory } from '../src/provider.ts';

test('the configuration says who is asked about slots that have ended', (t) => {
  const of = (env: Record<string, string>): string => readConfig(env).history;
  t.is(of({}), 'none');
  t.is(of({ OPENWEATHER_API_KEY: 'any' }), 'none', 'what costs money is asked only when it is named');
  t.is(of({ WEATHERLINE_PROVIDER: 'open-meteo' }), 'open-meteo-archive');
  t.is(of({ WEATHERLINE_PROVIDER: 'open-meteo', WEATHERLINE_HISTORY: 'none' }), 'none');
  t.is(of({ OPENWEATHER_API_KEY: 'any', WEATHERLINE_HISTORY: 'openweather-onecall' }), 'openweather-onecall');
});

test('the recorded provider knows the past itself', async (t) => {
  const env = { WEATHERLINE_HISTORY: 'open-meteo-archive' };
  t.is(openHistory(readConfig(env), env), undefined);
  const live = { ...env, OPENWEATHER_API_KEY: 'any' };
  await using history = openHistory(readConfig(live), live);
  t.is(history?.id, 'open-meteo-archive');
});
