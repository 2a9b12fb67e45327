import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { startUp, temporaryDirectory, weatherline } from '../support/process.ts';

test('up serves the current product, fills the past that it has a series for, and stops when asked', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const running = startUp(t, data);
  const url = await running.ready;

  const array = await get<Record<string, unknown>[]>(`${url}/products?limit=1`);
  t.is(array.length, 19);
  t.true(
    ['id', 'collected_at', 'location_name', 'lat', 'lon', 'temp', 'source'].every((name) => name in (array[0] ?? {})),
  );
  t.deepEqual(await get(`${url}/health`), { status: 'healthy', service: 'products-api' });
  const page = await (await fetch(`${url}/`, { headers: { accept: 'text/html' } })).text();
  for (const words of ['Fresh: slot', 'Zocca', 'Weather data provided by OpenWeather', 'reconstruction'])
    t.true(page.includes(words), words);

  const past = await until(async () => {
    const { items } = await get<{ items: { locations: string[] }[] }>(`${url}/v1/products?limit=100`);
    return items.length === 29 ? items : undefined;
  });
  t.deepEqual(past[28]?.locations, ['new-york', 'seattle']);
  const runs = await weatherline(['runs', 'list', '--limit', '100', '--json', '--data', data]);
  t.is(runs.code, 0, runs.stderr);
  const reasons = JSON.parse(runs.stdout).items.map(
    ({ reason, state }: Record<string, string>) => `${reason} ${state}`,
  );
  t.deepEqual(reasons, ['schedule complete', ...Array.from({ length: 28 }, () => 'backfill complete')]);

  const second = await weatherline(['up', '--data', data]);
  t.is(second.code, 6);
  t.true(second.stderr.includes(String(running.child.pid)), 'it names the process that is there');

  running.child.kill('SIGTERM');
  t.is(await running.closed, 0);
  t.regex(running.output().stdout, /^ready http:\/\/127\.0\.0\.1:\d+\n$/, 'stdout is the ready line and nothing else');
});

test('products and runs can be read while the owner works, and trigger goes through it', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  const running = startUp(t, data);
  await running.ready;
  const slot = new Date(Math.floor(Date.now() / 21_600_000) * 21_600_000 - 40 * 21_600_000)
    .toISOString()
    .replace('.000Z', 'Z');
  const triggered = await weatherline(['trigger', '--slot', slot, '--wait', '--json', '--data', data]);
  t.is(triggered.code, 0, triggered.stderr);
  const { run, stored } = JSON.parse(triggered.stdout);
  t.is(stored.length, 1);
  const shown = await weatherline(['runs', 'show', run, '--json', '--data', data]);
  t.is(JSON.parse(shown.stdout).state, 'complete');
  const product = await weatherline(['products', 'get', run, '--json', '--data', data]);
  t.is(JSON.parse(product.stdout).length, 19);
  t.is((await weatherline(['products', 'get', '20010101T000000Z', '--data', data])).code, 3);
  t.is((await weatherline(['trigger', '--slot', '2026-11-23T06:00:01Z', '--data', data])).code, 2);
  t.is((await weatherline(['trigger', '--slot', '2999-01-01T00:00:00Z', '--data', data])).code, 2);
  running.child.kill('SIGTERM');
  t.is(await running.closed, 0);
});

async function until<Result>(ask: () => Promise<Result | undefined>): Promise<Result> {
  for (let tries = 0; tries < 150; tries += 1) {
    const result = await ask();
    if (result !== undefined) return result;
    await delay(200);
  }
  throw new Error('it did not happen within 30 s');
}

async function get<Body>(url: string): Promise<Body> {
  return (await (await fetch(url)).json()) as Body;
}
