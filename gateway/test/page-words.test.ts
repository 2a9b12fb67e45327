import { readFileSync } from 'node:fs';
import test from 'ava';
import { record, serve, type Served, storeProduct } from './support.ts';

async function pageOf({ url }: Served, path = '/'): Promise<string> {
  return (await fetch(`${url}${path}`, { headers: { accept: 'text/html' } })).text();
}

function wordsOf(page: string): string {
  return page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

const SLOT = '20261123T060000Z';

test('calm is a word, nothing is a dash, and two kinds of apparent temperature are not mixed', async (t) => {
  const served = await serve(t);
  await storeProduct(served, SLOT, [
    record('oslo', { wind_speed: 0, wind_deg: null, feels_like: -9.9, pressure: 1013.26 }),
    record('luxembourg', { wind_speed: null, derived: { apparent_temp: 4.44 } }),
  ]);
  const page = await pageOf(served);
  const [oslo = '', luxembourg = ''] = ['Oslo', 'Luxembourg'].map((name) =>
    wordsOf(page.slice(page.indexOf(`${name}</a></th>`)).split('</tr>')[0] ?? ''),
  );
  t.regex(oslo, /^Oslo 3\.5 – – 1013\.3 0\.0 calm/);
  t.notRegex(page, /9\.9/);
  t.regex(luxembourg, /^Luxembourg 3\.5 4\.4 – – – –/);
});

test('rain has two decimals, the sun rises by the clock, and a day has hours', async (t) => {
  const served = await serve(t);
  const sun = { sunrise: Date.parse('2026-11-23T07:12:00Z') / 1000, sunset: null, derived: { daylight_s: 34_440 } };
  await storeProduct(served, SLOT, [record('oslo', { rain_1h: 1, ...sun })]);
  const place = wordsOf(await pageOf(served, '/locations/oslo'));
  t.regex(place, /rain_1h 1\.00 mm/);
  t.regex(place, /sunrise 2026-11-23 07:12 UTC/);
  t.regex(place, /sunset –/);
  t.regex(place, /derived\.daylight_s 9 h 34 min/);
  t.regex(wordsOf(await pageOf(served, '/explore?fields=rain_1h')), /Oslo 1\.00/);
});

test('weather in the words of another language is said in English, English words stay', async (t) => {
  const served = await serve(t);
  const conditions = (group: string): Record<string, unknown> => ({ conditions: [{ code: 1, group }] });
  await storeProduct(served, SLOT, [
    record('oslo', { weather: 'Klarer Himmel', ...conditions('Clear') }),
    record('luxembourg', { weather: 'light rain', ...conditions('Rain') }),
  ]);
  const page = await pageOf(served);
  t.regex(page, /<td>Clear<\/td>/);
  t.regex(page, /<td>light rain<\/td>/);
  t.notRegex(page, /Klarer/);
  t.regex(await pageOf(served, '/locations/oslo'), /lang="">Klarer Himmel/);
});

test('a place that was asked for in vain is there by its name, with a sentence', async (t) => {
  const served = await serve(t);
  const failures = [{ location: 'oslo', code: 'HTTP_404' }];
  await storeProduct(served, SLOT, [record('luxembourg')], { failures });
  const page = await pageOf(served);
  t.regex(page, /tabindex="0" role="region" aria-label="Without a value"/);
  t.regex(wordsOf(page), /Oslo The provider answered with status 404\./);
});

test('places stand in the order of the alphabet, each with its licence, and one is no plural', async (t) => {
  const served = await serve(t);
  const license = { spdx: 'CC-BY-4.0', attribution: 'Weather data by Open-Meteo.com', url: 'https://open-meteo.com/' };
  await storeProduct(served, SLOT, [
    record('a', { location_name: 'Århus', license }),
    record('b', { location_name: 'zug' }),
  ]);
  const page = await pageOf(served);
  const names = [...page.matchAll(/<th scope="row"><a [^>]*>([^<]*)/g)].map(([, name]) => name);
  t.deepEqual(names, ['Århus', 'Luxembourg', 'Oslo', 'zug']);
  t.regex(wordsOf(page), /Weather data by Open-Meteo\.com \(CC-BY-4\.0\)/);
  t.regex(page, /<time datetime="2026-11-23T06:00:00.000Z" title="2026-11-23 06:00 UTC">1 h 0 min ago<\/time>/);
  const span = await pageOf(served, '/locations/oslo?days=5');
  t.regex(span, /days=5"\s+aria-current="true"\s*>5 days/);
  t.regex(span, />1 day</);
});

test('an id is written as an address needs it', async (t) => {
  const served = await serve(t);
  await storeProduct(served, SLOT, [record('a&b+c', { location_name: 'Odd' })]);
  t.regex(await pageOf(served), /href="\/locations\/a%26b%2Bc"/);
  const page = await pageOf(served, '/explore?location=a%26b%2Bc');
  t.regex(page, /href="\/v1\/records\?location=a%26b%2Bc&amp;datetime=/);
  t.regex(page, /--location &#39;a&amp;b\+c&#39; --datetime/, 'and as a shell needs it');
});

test('people get a page where programs get a problem document, with the same status', async (t) => {
  const served = await serve(t);
  const address = `${served.url}/locations/nowhere`;
  const page = await fetch(address, { headers: { accept: 'text/html,*/*;q=0.8' } });
  t.is(page.status, 404);
  t.regex(page.headers.get('content-type') ?? '', /^text\/html/);
  t.regex(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  const text = await page.text();
  t.true(text.includes('<h1>No such location</h1>') && text.includes('<a href="/">'));
  t.is([...text.matchAll(/<h1/g)].length, 1);
  const program = await fetch(address, { headers: { accept: 'application/json' } });
  t.is(program.status, 404);
  t.regex(program.headers.get('content-type') ?? '', /^application\/problem\+json/);
});

test('the pages of the API and of problems have a way home, one heading, one main part and an icon', async (t) => {
  const served = await serve(t);
  for (const path of ['/', '/docs', '/problems/not-found', '/explore']) {
    const page = await pageOf(served, path);
    t.is([...page.matchAll(/<h1\b/g)].length, 1, path);
    t.is([...page.matchAll(/<main\b/g)].length, 1, path);
    for (const needed of ['<a href="/">', '<nav aria-label=', 'class="skip"', '<link rel="icon" href="data:image/svg'])
      t.true(page.includes(needed), `${path} ${needed}`);
    t.notRegex(page, /<script(?![^>]*\bsrc="\/assets\/)/, path);
  }
});

test('the script of the ages is under a kilobyte, and the map has its source in NOTICE', async (t) => {
  const served = await serve(t);
  const script = await fetch(`${served.url}/assets/ages.js`);
  t.is(script.status, 200);
  t.true((await script.arrayBuffer()).byteLength < 1_000);
  t.regex(await pageOf(served), /<script src="\/assets\/ages\.js" defer><\/script>/);
  t.regex(readFileSync(new URL('../../NOTICE', import.meta.url), 'utf8'), /Natural Earth/);
});

test('a number stands to the right under its unit, also where there is none', async (t) => {
  const served = await serve(t);
  const qc = { overall: 4, fields: { temp: 4 } };
  await storeProduct(served, SLOT, [record('oslo', { pressure: null, qc })]);
  const page = await pageOf(served, '/explore?fields=pressure&fields=temp&fields=weather');
  t.regex(page, /<th scope="col" class="n">pressure<span class="unit">hPa \(sea\)<\/span><\/th>/);
  t.regex(page, /<td class="n">–<\/td>/);
  t.regex(page, /<td class="n">3\.5 <b class="bad" role="img" aria-label="failed"/, 'a doubtful value has its mark');
  t.regex(page, /<code>GATEWAY=http:\/\/127\.0\.0\.1:8080<\/code>/, 'what the shell line needs stands above it');
});

test('a dot on the map can be hit with a finger, and none is cut off at the edge', async (t) => {
  const served = await serve(t);
  await storeProduct(served, SLOT, [record('fiji', { lat: -17.7, lon: 179.99 })]);
  const page = await pageOf(served);
  t.regex(page, /viewBox="-10 -10 980 487"/);
  t.is([...page.matchAll(/class="hit"/g)].length, 3);
  t.regex(page, /class="said"[^>]*>fiji: 3\.5 °C<\/text/);
});
