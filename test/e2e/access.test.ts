import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { newApiKey } from '../../gateway/src/access/index.ts';
import { startUp, temporaryDirectory, weatherline } from '../support/process.ts';

test('up keeps to the settings of access: keys from a file, a rate limit, the origins that may read', async (t) => {
  const directory = temporaryDirectory(t);
  const { key, entry } = newApiKey({ random: (size) => randomBytes(size) });
  const file = join(directory, 'keys.json');
  writeFileSync(file, JSON.stringify([entry]));
  const running = startUp(t, join(directory, 'data'), {
    WEATHERLINE_API_KEYS_FILE: file,
    WEATHERLINE_RATE_LIMIT: '5/h',
    WEATHERLINE_CORS_ORIGINS: 'https://maps.example',
  });
  const url = await running.ready;
  const latest = `${url}/v1/products/latest`;
  t.is((await fetch(latest)).status, 401);
  const headers = { 'x-api-key': key, origin: 'https://maps.example' };
  const good = await fetch(latest, { headers });
  t.is(good.status, 200);
  t.is(good.headers.get('access-control-allow-origin'), 'https://maps.example');
  const statuses: number[] = [];
  for (let at = 0; at < 6; at += 1) statuses.push((await fetch(latest, { headers })).status);
  t.true(statuses.includes(429), statuses.join(', '));
});

test('what the settings of access say only together is refused at the start, with the names that are missing', async (t) => {
  const { code, stderr } = await weatherline(['up', '--once', '--data', join(temporaryDirectory(t), 'data')], {
    env: { WEATHERLINE_JWT_ISSUER: 'https://issuer.example' },
  });
  t.is(code, 78);
  t.regex(stderr, /WEATHERLINE_JWT_AUDIENCE: is required/);
});
