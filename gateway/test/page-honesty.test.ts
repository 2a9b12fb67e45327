import { readdirSync, readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { TESTS } from '../src/page/quality.ts';
import { getJson, record, serve, type Served, storeProduct } from './support.ts';

const HOUR = 3_600_000;

async function pageOf({ url }: Served, path = '/'): Promise<string> {
  return (await fetch(`${url}${path}`, { headers: { accept: 'text/html' } })).text();
}

/** The words of a page's banner, without its marks-up. */
function bannerOf(page: string): string {
  const [, text = ''] = /<div class="fresh">([\s\S]*?)<\/div>/.exec(page) ?? [];
  return text
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** A gateway whose store refuses everything while `broken.now` is set. */
async function breakable(t: ExecutionContext): Promise<{ broken: { now: boolean }; served: Served }> {
  const broken = { now: false };
  const refuse = async (): Promise<never> => {
    throw new Error('503 Slow Down');
  };
  const served = await serve(t, {}, (store) => ({
    get: async (key) => (broken.now ? refuse() : store.get(key)),
    list: async (options) => (broken.now ? refuse() : store.list(options)),
  }));
  return { broken, served };
}

test('while the store is away the pages say so, and how old what they show is, for a day', async (t) => {
  const { broken, served } = await breakable(t);
  await storeProduct(served, '20261123T060000Z', [record('oslo'), record('luxembourg')]);
  t.regex(bannerOf(await pageOf(served)), /Fresh: slot 2026-11-23 06:00 UTC/);
  await pageOf(served, '/locations/oslo');
  broken.now = true;
  served.clock.advance(10 * HOUR);
  const banner = bannerOf(await pageOf(served));
  t.regex(banner, /cannot be reached since 2026-11-23 17:00 UTC/);
  t.regex(banner, /from memory: slot 06:00 UTC, 11 h 0 min ago · next due 18:00 UTC, in 1 h 0 min/);
  t.notRegex(banner, /Fresh/);
  t.regex(bannerOf(await pageOf(served, '/explore')), /cannot be reached/, 'a page that nobody had asked for before');
  served.clock.advance(15 * HOUR);
  t.is((await fetch(`${served.url}/explore?days=3`)).status, 503, 'after a day it is no answer any more');
  broken.now = false;
  served.clock.advance(HOUR);
  t.regex(bannerOf(await pageOf(served, '/explore?days=7')), /Stale: slot 2026-11-23 06:00 UTC/);
});

test('a page that was kept from before the outage is not sent in it, whoever found the outage', async (t) => {
  const { broken, served } = await breakable(t);
  await storeProduct(served, '20261123T060000Z', [record('oslo')]);
  t.regex(bannerOf(await pageOf(served)), /Fresh/);
  broken.now = true;
  served.clock.advance(HOUR);
  await served.health();
  served.clock.advance(9 * HOUR);
  t.regex(
    bannerOf(await pageOf(served)),
    /cannot be reached since 2026-11-23 08:00 UTC from memory: slot 06:00 UTC, 11 h/,
  );
  served.clock.advance(5 * HOUR);
  t.regex(bannerOf(await pageOf(served)), /from memory: slot 06:00 UTC, 16 h/);
});

test('the banner and the status judge alike: due within the allowance, stale after it', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('oslo')]);
  for (const [minutes, status, words] of [
    [0, 'ok', /● Fresh/],
    [5 * 60 + 5, 'ok', /◔ Due: slot 12:00 is being made/],
    [14, 'ok', /◔ Due/],
    [2, 'stale', /▲ Stale/],
  ] as const) {
    served.clock.advance(minutes * 60_000);
    t.is((await getJson(`${served.url}/v1/status`)).status, status, String(words));
    t.regex(bannerOf(await pageOf(served)), words);
  }
});

test('a slot of which parts are missing is being made for 20 minutes, and incomplete after them', async (t) => {
  const served = await serve(t);
  served.clock.advance(5 * HOUR + 60_000);
  await storeProduct(served, '20261123T120000Z', [record('oslo')], { part: { index: 1, count: 2 } });
  t.regex(bannerOf(await pageOf(served)), /◔ Due: slot 12:00 is being made, 1 of 2 parts/);
  t.is((await getJson(`${served.url}/v1/status`)).status, 'ok');
  served.clock.advance(20 * 60_000);
  t.regex(bannerOf(await pageOf(served)), /◑ Incomplete: 1 of 2 parts/);
  t.is((await getJson(`${served.url}/v1/status`)).status, 'stale');
});

test('every test of the quality suite has its sentence', (t) => {
  const folder = new URL('../../functions/transform/src/qc/', import.meta.url);
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const names = sources.flatMap((source) =>
    [...source.matchAll(/report\.(?:fail|skip)\(\s*'([^']+)'/g)].map(([, name = '']) => name),
  );
  t.true(names.length > 20);
  t.deepEqual([...new Set(names)].toSorted(), Object.keys(TESTS).toSorted());
});

test('a record that passed names the fields that did not, and its place says why', async (t) => {
  const served = await serve(t);
  const detail = 'fog with visibility 9000 m and humidity 60 %';
  const qc = {
    overall: 1,
    suite: 'weatherline-qc/1',
    fields: { temp: 1, wind_speed: 1, visibility: 3, conditions: 3, rain_1h: 4 },
    failed: [{ test: 'internal.fog', fields: ['visibility', 'conditions'], flag: 3, detail }],
  };
  await storeProduct(served, '20261123T060000Z', [record('oslo', { qc, weather: 'fog' })]);
  const home = (await pageOf(served)).replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ');
  t.regex(home, /✓ passed, but ✗ rain \? visibility, conditions/);
  t.regex(home, /fog \?/, 'the cell of the weather has the mark');
  t.regex(home, /worst of temperature, humidity, pressure and wind speed/);
  const place = await pageOf(served, '/locations/oslo');
  t.true(place.includes('What was not passed') && place.includes('Fog in clear or dry air.') && place.includes(detail));
});

test('a doubtful temperature is told on the map by its shape, and the legend explains the shapes', async (t) => {
  const served = await serve(t);
  const flagged = (flag: number): Record<string, unknown> => ({ qc: { overall: flag, fields: { temp: flag } } });
  await storeProduct(served, '20261123T060000Z', [record('oslo', flagged(3)), record('luxembourg', flagged(4))]);
  const page = await pageOf(served);
  const [map = ''] = /<svg\s+class="map"[\s\S]*?<\/svg>/.exec(page) ?? [];
  t.regex(map, /Oslo: 3\.5 °C, suspect[\s\S]*?class="dot hollow"/);
  t.regex(map, /Luxembourg: 3\.5 °C, failed[\s\S]*?class="cross"/);
  const [, legend = ''] = /<figcaption>([\s\S]*?)<\/figcaption>/.exec(page) ?? [];
  t.true(/suspect/.test(legend) && /failed/.test(legend));
});

test('recorded data is called so above the map, but not where one record is of today', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T060000Z', [record('oslo', { kind: 'reconstruction' })]);
  const page = await pageOf(served);
  const note = page.indexOf('Recorded data moved to today');
  t.true(note > 0 && note < page.indexOf('class="map"'));
  const other = await serve(t);
  const rows = [record('oslo', { kind: 'reconstruction' }), record('luxembourg', { kind: 'analysis' })];
  await storeProduct(other, '20261123T060000Z', rows);
  t.notRegex(await pageOf(other), /Recorded data moved/);
});

test('a place without a record has a row and a dot, and one with an older record says that it is older', async (t) => {
  const served = await serve(t);
  await storeProduct(served, '20261123T000000Z', [record('luxembourg')]);
  await storeProduct(served, '20261123T060000Z', [record('berg')]);
  const page = await pageOf(served);
  t.regex(page, /Oslo<\/a><\/th>\s*<td[^>]*>no record in 7 days/);
  t.regex(page, /aria-label="Oslo: no record"/);
  t.regex(page, /no temperature, or no record in 7 days/);
  t.regex(page, /3 places/);
  t.regex(await pageOf(served, '/locations/luxembourg'), /20261123T060000Z<\/a>, has no record of this place/);
  t.notRegex(await pageOf(served, '/locations/berg'), /has no record of this place/);
});
