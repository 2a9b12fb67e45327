import { gzipSync } from 'node:zlib';
import { parseSchedule } from '@weatherline/events/schedule';
import { createMemoryStore, createVirtualClock } from '@weatherline/testkit';
import test from 'ava';
import { explorePage } from '../src/page/explore.ts';
import { homePage } from '../src/page/home.ts';
import { locationPage } from '../src/page/location.ts';
import { loadModel, type PageModel } from '../src/page/model.ts';
import { openPorts } from '../src/route-ports.ts';
import { WatchedStore } from '../src/store/watched-store.ts';
import { NOW, record, storeProduct } from './support.ts';

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;
const PLACES = Array.from({ length: 20 }, (_, at) => ({ id: `p${at}`, name: `Place ${at}`, lat: at, lon: at * 9 }));

/** A week in which a slot every `step` minutes has a product, but for those of which `isMissing` is true. */
async function modelOf(expression: string, step: number, isMissing: (at: number) => boolean): Promise<PageModel> {
  const clock = createVirtualClock(NOW);
  const store = createMemoryStore(clock.now);
  for (let at = 0, slot = NOW - WEEK; slot <= NOW; at += 1, slot += step * MINUTE) {
    if (isMissing(at)) continue;
    const id = `${new Date(slot).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    const rows = PLACES.map(({ id: place }, index) => record(place, { temp: index + Math.sin(at / 9 + index) }));
    await storeProduct({ store }, id, rows);
  }
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const options = { clock, log, locations: PLACES, version: '1.2.3', presigner: undefined };
  const ports = openPorts({ ...options, schedule: parseSchedule(expression) }, new WatchedStore({ store, clock }), []);
  return loadModel(ports);
}

function placeOf(model: PageModel): PageModel['places'][number] {
  const [place] = model.places;
  if (place === undefined) throw new Error('no place');
  return place;
}

test('an hourly schedule shows every value of the week', async (t) => {
  const model = await modelOf('0 * * * *', 60, (at) => at === 0);
  t.is(model.every, 1);
  t.is(placeOf(model).samples.length, 168);
  t.notRegex(homePage(model).text, /every \w+ slot/);
  t.true(gzipSync(homePage(model).text).length <= 60_000);
});

test('a slot every ten minutes: every sixth is drawn and the page says so, a day is one line', async (t) => {
  const model = await modelOf('*/10 * * * *', 10, (at) => at === 500);
  t.is(model.every, 6);
  t.is(placeOf(model).samples.at(-1)?.at.getTime(), NOW, 'the newest is always there');
  const home = homePage(model).text;
  t.true(gzipSync(home).length <= 60_000);
  t.regex(home, /small charts: every sixth slot/);
  t.regex(home, /143 of 144, 1 missing/);
  t.is([...home.matchAll(/href="\/v1\/runs\//g)].length, 1, 'only what is not complete is listed');
  t.regex(locationPage(model, placeOf(model), 7).text, /The charts show every sixth slot/);
  const explore = explorePage(model, new URLSearchParams('days=7')).text;
  t.regex(explore, /20 records of every sixth slot; the address has all/);
  t.notRegex(explore, /20 of \d/, 'nothing is counted that was not read');
});

test('a slot a minute, of which most are missing, is a page of 60 KB as well', async (t) => {
  const model = await modelOf('* * * * *', 31, () => false);
  const home = homePage(model).text;
  t.true(gzipSync(home).length <= 60_000, `${gzipSync(home).length}`);
  t.regex(home, /\d+ of 1440, \d+ missing/);
  t.regex(home, /<li>and \d+ more<\/li>/);
});
