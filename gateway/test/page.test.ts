import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { geoEqualEarth } from 'd3-geo';
import { drawnWorld, HEIGHT, WIDTH } from '../draw-world.ts';
import { place } from '../src/page/equal-earth.ts';
import { record, serve, type Served, storeProduct } from './support.ts';

async function pageOf({ url }: Served, path: string): Promise<string> {
  return (await fetch(`${url}${path}`, { headers: { accept: 'text/html' } })).text();
}

/** A quarter of an hour of a week for one place, with a gap, a suspect value and a failed one. */
async function storeWeek(served: Served): Promise<void> {
  const start = Date.parse('2026-11-16T12:00:00Z');
  for (let at = 0; at < 28; at += 1) {
    if (at === 5 || at === 6) continue;
    const slot = new Date(start + at * 21_600_000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
    const flag = at === 10 ? 3 : at === 12 ? 4 : 1;
    const failed = flag === 1 ? [] : [{ test: 'gross_range', fields: ['temp'], flag }];
    const qc = { overall: flag, suite: 'weatherline-qc/1', fields: { temp: flag }, failed };
    await storeProduct(served, `${slot}Z`, [
      record('oslo', {
        location_name: 'Oslo',
        lat: 59.91,
        lon: 10.75,
        temp: 5 + Math.sin(at),
        wind_deg: 0,
        qc,
        derived: { wind_sector: 'N' },
      }),
      record('luxembourg', { location_name: 'Luxembourg', lat: 49.61, lon: 6.13, temp: at === 27 ? null : at }),
    ]);
  }
}

test('the map is drawn from the atlas, and places lie on it where d3 has them', (t) => {
  t.is(
    readFileSync(new URL('../src/page/world.ts', import.meta.url), 'utf8').replaceAll(/\s+/g, ''),
    drawnWorld().replaceAll(/\s+/g, ''),
  );
  const projection = geoEqualEarth().fitSize([WIDTH, HEIGHT], { type: 'Sphere' });
  for (const [lat, lon] of [
    [0, 0],
    [59.91, 10.75],
    [-33.9, 151.2],
    [79.4, 43.7],
    [-54.8, -68.3],
    [40.7, -74],
  ] as const) {
    const [x = Number.NaN, y = Number.NaN] = projection([lon, lat]) ?? [];
    const ours = place(lat, lon, WIDTH, HEIGHT);
    t.true(
      Math.abs(ours.x - x) < 1 && Math.abs(ours.y - y) < 1,
      `${lat} ${lon}: ${ours.x} ${ours.y}, expected ${x} ${y}`,
    );
  }
});

test('the week is there slot by slot, and a missing one is said to be missing', async (t) => {
  const served = await serve(t);
  await storeWeek(served);
  const page = await pageOf(served, '/');
  t.is([...page.matchAll(/href="\/v1\/runs\/\d{8}T\d{6}Z"/g)].length, 28);
  t.is([...page.matchAll(/aria-label="[^"]+: missing"/g)].length, 2);
  t.regex(page, /28 slots, 2 missing/);
  t.regex(page, /rotate\(180\)[\s\S]{0,80}<\/svg>\s*N/, 'an arrow points where the wind blows to');
});

test('a doubtful value is drawn with a mark, a missing one is a gap', async (t) => {
  const served = await serve(t);
  await storeWeek(served);
  const page = await pageOf(served, '/locations/oslo');
  const temperature = page.slice(
    page.indexOf('<b>Temperature</b>'),
    page.indexOf('<b>Pressure</b>') === -1 ? undefined : page.indexOf('<b>Pressure</b>'),
  );
  t.regex(temperature, /<title>suspect: 4\.5 °C<\/title>[\s\S]*<title>failed: 4\.5 °C<\/title>/);
  const [, path = ''] = /class="line line0"\s+d="([^"]+)"/.exec(temperature) ?? [];
  t.is([...path.matchAll(/M/g)].length, 3, 'the line begins again after the gap and after the failed value');
  const [, data = ''] = /data-chart="([^"]+)"/.exec(page) ?? [];
  const { times, lines } = JSON.parse(data.replaceAll('&quot;', '"'));
  t.is(times.length, 28, 'a slot without a product is among the times');
  t.deepEqual(lines[0].values.slice(4, 8).map(Number.isFinite), [true, false, false, true]);
  const week = await pageOf(served, '/');
  const [, small = ''] = /aria-label="Temperature of Oslo[^>]*>\s*<path class="line" d="([^"]+)"/.exec(week) ?? [];
  t.is([...small.matchAll(/M/g)].length, 3, 'and so in the table');
  t.regex(page, /\/v1\/records\?location=oslo&amp;datetime=[^"]+&amp;f=csv/);
  t.is((await fetch(`${served.url}/locations/atlantis`)).status, 404);
  const short = await pageOf(served, '/locations/oslo?days=1');
  t.true(short.includes('aria-current="true"'));
});

test("records of the seed's pipeline, and none at all, make pages as well", async (t) => {
  const served = await serve(t);
  t.regex(await pageOf(served, '/explore'), /0 of 0 records/);
  t.regex(await pageOf(served, '/locations/oslo'), /No record in the last seven days/);
  served.clock.advance(20_000);
  const seed = {
    id: 'a',
    collected_at: '2026-11-23T06:01:07+00:00',
    location_name: 'Oslo',
    lat: 59.91,
    lon: 10.75,
    temp: -0.04,
    weather: 'clear sky',
  };
  await served.store.put('weather-products/2026/11/23/060107.jsonl', Buffer.from(JSON.stringify(seed)), {
    ifNoneMatch: '*',
    contentType: 'application/json',
  });
  const page = await pageOf(served, '/');
  t.regex(page, /Oslo: 0\.0 °C|Oslo: −0\.0 °C/);
  t.regex(page, /not checked/);
  t.regex(await pageOf(served, '/locations/oslo'), /clear sky/);
});

test('a query is shown as an address that works, and only what the form offers is taken', async (t) => {
  const served = await serve(t);
  await storeWeek(served);
  const page = await pageOf(
    served,
    '/explore?location=oslo&location=%3Cscript%3E&fields=temp&fields=nonsense&days=2&f=csv',
  );
  t.false(page.includes('<script>') || page.includes('nonsense'));
  const [, path = ''] = /<dd>\s*<a href="([^"]+)"/.exec(page) ?? [];
  const address = path.replaceAll('&amp;', '&');
  t.regex(
    address,
    /^\/v1\/records\?location=oslo&datetime=2026-11-21T07:00:00Z\/\.\.&fields=slot,location_id,temp&f=csv$/,
  );
  const answer = await fetch(`${served.url}${address}`);
  t.is(answer.status, 200);
  t.regex(await answer.text(), /^slot,location_id,temp\r\n/);
});

test('a page loads nothing else, is at most 60 KB, and has landmarks, headings and names', async (t) => {
  const served = await serve(t);
  await storeWeek(served);
  for (const path of ['/', '/locations/oslo', '/explore']) {
    const page = await pageOf(served, path);
    t.true(gzipSync(page).length <= 60_000, path);
    for (const [, from] of page.matchAll(/<(?:script|link|img|iframe|object)\b[^>]*?(?:src|href)="([^"]+)"/g))
      t.regex(from ?? '', /^\/assets\/|^data:image\/svg/, path);
    t.notRegex(page, /url\(|<script>/, path);
    t.is([...page.matchAll(/<h1\b/g)].length, 1, path);
    for (const needed of ['lang="en"', '<main', '<nav aria-label=', '<footer>', 'class="skip"'])
      t.true(page.includes(needed), `${path} ${needed}`);
    for (const [tag] of page.matchAll(/<svg\b[^>]*>/g)) t.regex(tag, /aria-label="[^"]+"|aria-hidden="true"/, path);
  }
});
