import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import test from 'ava';
import { startUp, temporaryDirectory, weatherline } from '../support/process.ts';

const run = promisify(execFile);

/** What the page shows for copying, as a shell would get it. */
function shown(page: string, start: string): string {
  const code = [...page.matchAll(/<code>([^<]*)<\/code>/g)].map(([, text = '']) =>
    text.replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
  );
  return code.find((text) => text.startsWith(start)) ?? '';
}

/** `up` goes on making the past after it is ready; what is compared must not grow meanwhile. */
async function pastIsThere(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const { items } = (await (await fetch(`${url}/v1/products?limit=100`)).json()) as { items: unknown[] };
    if (items.length === 29) return;
    await delay(200);
  }
  throw new Error('expected 29 products within a minute');
}

for (const f of ['csv', 'ndjson', 'json', 'geojson']) {
  test(`the address, the shell line and the command line that the page shows give the same ${f}`, async (t) => {
    const data = join(temporaryDirectory(t), 'data');
    const url = await startUp(t, data).ready;
    await pastIsThere(url);
    const form = `location=new-york&location=seattle&days=3&fields=temp&fields=derived.dew_point&f=${f}`;
    const page = await (await fetch(`${url}/explore?${form}`)).text();
    const path = shown(page, '/v1/records');
    const body = await (await fetch(url + path)).text();
    t.true(body.includes('seattle') && body.includes('dew_point'), body.slice(0, 300));

    const curl = await run('sh', ['-c', shown(page, 'curl')], { env: { ...process.env, GATEWAY: url } }).catch(
      (error: unknown) => t.log(`curl not run: ${String(error)}`),
    );
    if (curl !== undefined) t.is(curl.stdout, body);

    const line = shown(page, 'npm run -s weatherline -- ').split(' -- ')[1] ?? '';
    const { code, stdout, stderr } = await weatherline([...line.split(' '), '--data', data]);
    t.is(code, 0, stderr);
    // The links of a page name the address that was asked, and with it how long the page may be.
    if (f === 'csv' || f === 'ndjson') t.is(stdout, body);
    else t.deepEqual({ ...JSON.parse(stdout), links: [] }, { ...JSON.parse(body), links: [] });
  });
}

test('a query that HTTP refuses is refused on the command line too, with the same words', async (t) => {
  const data = join(temporaryDirectory(t), 'data');
  t.is((await weatherline(['up', '--once', '--data', data])).code, 0);
  const { code, stderr } = await weatherline(['records', '--fields', 'tmp', '--data', data]);
  t.is(code, 2);
  t.regex(stderr, /there is no field 'tmp'; did you mean temp\?/);
  t.is((await weatherline(['records', '--datetime', 'often', '--data', data])).code, 2);
  t.is((await weatherline(['records', '--data', join(data, 'elsewhere')])).code, 3);
});
