import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ConfigurationError, createLogger, duration, loadConfig, redact, showConfig, whole } from '../src/index.ts';

const SETTINGS = {
  size: { env: 'WEATHERLINE_SIZE', doc: 'How large', fallback: '5', parse: whole(1, 10) },
  wait: { env: 'WEATHERLINE_WAIT', doc: 'How long', optional: true, parse: duration },
  key: { env: 'WEATHERLINE_KEY', doc: 'The key', secret: true, parse: String },
} as const;

test('values are typed, defaults apply, and a file stands for any setting', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weatherline-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'key');
  writeFileSync(file, ' secret-from-file \n');
  t.deepEqual(loadConfig(SETTINGS, { WEATHERLINE_KEY_FILE: file, WEATHERLINE_WAIT: '10m' }), {
    size: 5,
    wait: 600_000,
    key: 'secret-from-file',
  });
  const shown = showConfig(SETTINGS, { WEATHERLINE_KEY_FILE: file });
  t.deepEqual(
    shown.map(({ value, source }) => [value, source]),
    [
      ['5', 'default'],
      ['', 'unset'],
      ['(hidden)', 'file'],
    ],
  );
});

test('everything that is wrong is told in one error', (t) => {
  const env = {
    WEATHERLINE_SIZE: '11',
    WEATHERLINE_WAIT: 'soon',
    WEATHERLINE_SISE: '3',
    WEATHERLINE_TEST_ANY: 'x',
    OTHER: 'y',
  };
  const error = t.throws(() => loadConfig(SETTINGS, env), { instanceOf: ConfigurationError });
  t.is(
    error?.message,
    [
      'bad configuration',
      "  WEATHERLINE_SIZE: expected a whole number from 1 to 10, got '11'",
      "  WEATHERLINE_WAIT: expected a duration such as 30s or 10m, got 'soon'",
      '  WEATHERLINE_KEY: is required',
      '  WEATHERLINE_SISE: is no setting of weatherline; did you mean WEATHERLINE_SIZE?',
    ].join('\n'),
  );
});

test('a key is hidden in every line of the log, whatever field it is in', (t) => {
  const lines: string[] = [];
  const key = 'abc/def+"0123';
  const destination = { write: (line: string) => lines.push(line) };
  const log = createLogger({ service: 's', version: 'v', level: 'debug', destination, secrets: () => [key] });
  log.info('request failed', { url: `https://x/?lat=1&appid=${encodeURIComponent(key)}`, nested: { deep: [key] } });
  log.error('broken', { err: new Error(`bad ${key}`, { cause: new Error(`https://x/?APPID=other-key-1234&z=1`) }) });
  const all = lines.join('');
  t.false(
    all.includes(JSON.stringify(key).slice(1, -1)) ||
      all.includes(encodeURIComponent(key)) ||
      all.includes('other-key'),
  );
  t.deepEqual(
    lines.map((line) => JSON.parse(line).level),
    ['info', 'error'],
    'the lines are JSON still',
  );
  t.is(redact('?appid=x&lat=1', []), '?appid=(hidden)&lat=1');
});
