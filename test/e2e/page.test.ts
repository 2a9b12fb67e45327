import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { chromium, type BrowserContextOptions, type Page } from 'playwright-core';
import { startUp, temporaryDirectory } from '../support/process.ts';

const PATHS = [
  '/',
  '/locations/new-york',
  '/explore?location=new-york&days=2&fields=temp',
  '/problems/not-found',
  '/locations/nowhere',
] as const;
const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const program =
  process.env['WEATHERLINE_TEST_CHROMIUM'] ??
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'chromium'))
    .find((file) => existsSync(file));
const level = process.env['WEATHERLINE_TEST_LEVEL'];
const reason =
  level !== undefined && level !== 'all'
    ? 'npm run test:all'
    : program === undefined
      ? 'no chromium on this machine'
      : undefined;

type Opened = { readonly page: Page; readonly asked: string[] };

/** An installation of its own with the recorded week. */
async function site(t: ExecutionContext): Promise<string> {
  const running = startUp(t, join(temporaryDirectory(t), 'data'));
  const url = await running.ready;
  for (let tries = 0; tries < 100; tries += 1) {
    const found: { items: unknown[] } = JSON.parse(await (await fetch(`${url}/v1/products?limit=100`)).text());
    if (found.items.length === 29) return url;
    await delay(500);
  }
  throw new Error('the past was not filled');
}

async function open(t: ExecutionContext, options: BrowserContextOptions): Promise<Opened> {
  const browser = await chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox'] });
  t.teardown(async () => browser.close());
  const page = await (await browser.newContext(options)).newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('pageerror', (error) => t.fail(String(error)));
  return { page, asked };
}

function browserTest(title: string, run: (t: ExecutionContext) => Promise<void>): void {
  if (reason === undefined) test.serial(title, run);
  else test.skip(`${title} (skipped: ${reason})`, run);
}

type Violation = {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
};

/** What axe objects to; it must also have found much to be good, or it has looked at nothing. */
async function violations(t: ExecutionContext, page: Page): Promise<readonly Violation[]> {
  await page.evaluate(AXE);
  const found: string = await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((result) => JSON.stringify({ violations: result.violations, passes: result.passes.length }))`,
  );
  const result: { violations: Violation[]; passes: number } = JSON.parse(found);
  t.true(result.passes > 10, `${result.passes} rules passed`);
  return result.violations;
}

const FORMS: Readonly<Record<string, BrowserContextOptions>> = {
  'a desktop in light colours': { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  'a desktop in dark colours': { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  'a narrow phone': { colorScheme: 'dark', viewport: { width: 320, height: 640 }, hasTouch: true },
  'a phone': { colorScheme: 'light', viewport: { width: 360, height: 740 }, hasTouch: true },
};

for (const [name, options] of Object.entries(FORMS)) {
  browserTest(`${name}: every page passes axe, asks nobody else, and does not run over its edge`, async (t) => {
    t.timeout(120_000);
    const url = await site(t);
    for (const path of PATHS) {
      // The page's own policy keeps the checker's script out.
      const { page, asked } = await open(t, { ...options, bypassCSP: true });
      await page.goto(`${url}${path}`);
      for (const { id, nodes } of await violations(t, page))
        t.fail(
          `${path} ${id}: ${nodes.map(({ html, failureSummary = '' }) => `${html.slice(0, 160)} ${failureSummary}`).join('\n')}`,
        );
      for (const address of asked) t.true(address.startsWith(url), address);
      const over: number = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      t.is(over, 0, `${path} runs ${over} px over`);
      const folder = process.env['WEATHERLINE_TEST_SCREENSHOTS'];
      if (folder !== undefined) {
        const file = `${path.split('?')[0]?.replaceAll('/', '-').replace(/^-$/, '-home') ?? ''}-${name.replaceAll(' ', '-')}.png`;
        await page.screenshot({ path: join(folder, file.slice(1)) });
      }
    }
  });
}

browserTest('with scripts the charts can be zoomed and read off, in the place of the drawn ones', async (t) => {
  t.timeout(60_000);
  const url = await site(t);
  const { page } = await open(t, { viewport: { width: 1280, height: 900 } });
  await page.goto(`${url}/locations/new-york`);
  await page.locator('figure.chart .uplot').first().waitFor();
  const charts = await page.locator('figure.chart .uplot').count();
  t.true(charts >= 3);
  t.is(await page.locator('figure.chart > svg:visible').count(), 0);
  await page
    .locator('figure.chart .u-over')
    .first()
    .hover({ position: { x: 200, y: 80 } });
  t.regex(await page.locator('figure.chart .u-legend').first().innerText(), /-?\d+\.\d °C/);
  const picture = page.locator('figure.chart [role="img"]:visible').first();
  t.regex((await picture.getAttribute('aria-label')) ?? '', /air: 2\d values from .* dew point: /);
  t.is(await picture.locator('.u-legend').count(), 0, 'what is read off is no part of the picture');
  await page.locator('figure.chart summary').first().press('Enter');
  t.is(await page.locator('figure.chart').first().locator('details tbody tr:visible').count(), 28);
});

/** What stands on a canvas is text nowhere: it is noted as it is drawn. */
const NOTE = `window.drawn = [];
const fillText = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
  window.drawn.push(text);
  return fillText.call(this, text, ...where);
};`;

/** The widest stretch of the first chart, of a hundred, in which nothing of a colour lies. */
async function widestGap(page: Page, [red, green, blue]: readonly [number, number, number]): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('.uplot canvas');
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    const has = (x) => Array.from({ length: height }, (_, y) => 4 * (y * width + x)).some((at) => data[at + 3] > 200 &&
      Math.abs(data[at] - ${red}) + Math.abs(data[at + 1] - ${green}) + Math.abs(data[at + 2] - ${blue}) < 24);
    const columns = Array.from({ length: width }, (_, x) => x).filter(has);
    if (columns.length === 0) return 100;
    return Math.max(...columns.slice(1).map((x, at) => x - columns[at])) / width * 100;
  })()`);
}

const [BLUE, PALE_BLUE] = [[11, 90, 168] as const, [127, 184, 240] as const];

browserTest('a chart that is read off has gaps, days and UTC on its axis, and goes with the theme', async (t) => {
  t.timeout(60_000);
  const url = await site(t);
  const { page } = await open(t, { viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  await page.addInitScript(NOTE);
  await page.goto(`${url}/locations/new-york`);
  await page.locator('figure.chart .uplot').first().waitFor();
  t.true((await widestGap(page, BLUE)) < 2);
  const drawn: string[] = await page.evaluate('window.drawn');
  t.true(drawn.includes('UTC') && drawn.some((text) => /^[A-Z][a-z]{2} \d{1,2}$/.test(text)), drawn.join(' '));
  t.deepEqual(
    drawn.filter((text) => /[ap]m$|\/|,|-/.test(text)),
    [],
  );
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  t.true((await widestGap(page, PALE_BLUE)) < 2, 'drawn again in the colours of the dark');
  await page.emulateMedia({ media: 'print' });
  t.is(await page.locator('figure.chart .uplot:visible').count(), 0);
  t.true((await page.locator('figure.chart > svg:visible').count()) >= 3, 'paper has the drawing of the server');
  await page.route('**/locations/new-york', async (route) => {
    const body = await (await route.fetch()).text();
    const gap = '[' + [1, 1, 1, 1, 1, 1, 1, 1, 1, 1].join() + ',null,null,null,';
    await route.fulfill({
      body: body.replace(/&quot;values&quot;:\[(?:[^,]+,){13}/, `&quot;values&quot;:${gap}`),
      contentType: 'text/html',
    });
  });
  await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
  await page.goto(`${url}/locations/new-york`);
  await page.locator('figure.chart .uplot').first().waitFor();
  t.true((await widestGap(page, BLUE)) > 8, 'what is missing is not drawn');
});

browserTest('a chart can be zoomed with the pointer, and the whole span is one button away', async (t) => {
  t.timeout(60_000);
  const url = await site(t);
  const { page } = await open(t, { viewport: { width: 1280, height: 900 } });
  await page.goto(`${url}/locations/new-york`);
  const [area, reset] = [page.locator('figure.chart .u-over').first(), page.locator('figure.chart button').first()];
  const { x, y, width } = (await area.boundingBox()) ?? { x: 0, y: 0, width: 0 };
  t.false(await reset.isVisible());
  await page.mouse.move(x + width / 3, y + 50);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + 50, { steps: 5 });
  await page.mouse.up();
  await reset.click();
  t.false(await reset.isVisible());
});

browserTest('with the keyboard alone: the skip link comes first, then the pages, then every place', async (t) => {
  t.timeout(60_000);
  const url = await site(t);
  const { page } = await open(t, { viewport: { width: 1280, height: 900 } });
  await page.goto(url);
  const focused = async (): Promise<string> =>
    page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim()');
  await page.keyboard.press('Tab');
  t.is(await focused(), 'To the content');
  t.true((await page.evaluate<number>('document.activeElement.getBoundingClientRect().left')) >= 0, 'it can be seen');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  t.regex(await focused(), /°C$/, 'the first place on the map');
  const outline = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle');
  t.not(outline, 'none');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/locations\//);
  t.is(await page.locator('h1').count(), 1);
});

browserTest('a name appears on the map where the keyboard or the pointer is', async (t) => {
  t.timeout(60_000);
  const url = await site(t);
  const { page } = await open(t, { viewport: { width: 800, height: 900 } });
  await page.goto(url);
  const place = page.locator('svg.map a').first();
  const label = place.locator('.said');
  t.false(await label.isVisible());
  t.is(await page.locator('svg.map .label').first().isVisible(), false, 'no room for names beside every dot');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  t.true(await label.isVisible());
  t.is(await label.textContent(), await place.getAttribute('aria-label'));
});

browserTest('an open page grows older: its ages go on, and it stops calling itself fresh', async (t) => {
  t.timeout(60_000);
  const url = await site(t);
  const { page } = await open(t, { viewport: { width: 1280, height: 900 } });
  await page.clock.install({ time: new Date() });
  await page.goto(url);
  const next = Date.parse((await page.locator('.fresh time').last().getAttribute('datetime')) ?? '');
  t.regex(await page.locator('.fresh').innerText(), /Fresh|Due/);
  await page.clock.setFixedTime(next + 19 * 60_000);
  await page.clock.runFor(61_000);
  t.regex(await page.locator('.fresh').innerText(), /Fresh|Due/, 'within the allowance');
  await page.clock.setFixedTime(next + 21 * 60_000);
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  t.regex(await page.locator('.fresh').innerText(), /▲ Stale: a newer slot is due; load the page again/);
  t.regex(await page.locator('.fresh time').last().innerText(), /^21 min ago$/);
});

browserTest('without scripts everything is there: values, charts, the form', async (t) => {
  t.timeout(60_000);
  const url = await site(t);
  const { page } = await open(t, { javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  await page.goto(url);
  t.is(await page.locator('tbody tr:has(a[href^="/locations/"])').count(), 19);
  t.is(await page.locator('svg.map a').count(), 19);
  t.true((await page.locator('.runs a').count()) >= 28);
  await page.goto(`${url}/locations/new-york`);
  t.true((await page.locator('figure.chart svg').count()) >= 3);
  await page.goto(`${url}/explore`);
  await page.locator('input[value="seattle"]').check();
  await page.locator('button').click();
  t.regex(await page.locator('.lines a').innerText(), /location=seattle/);
});

browserTest('the page of the API tries a request, with nothing from elsewhere', async (t) => {
  t.timeout(60_000);
  const url = await site(t);
  const { page, asked } = await open(t, { viewport: { width: 1280, height: 900 } });
  await page.goto(`${url}/docs#/products/getLatestProduct`);
  await page.locator('.opblock-summary').first().waitFor({ timeout: 20_000 });
  t.true((await page.locator('.opblock').count()) >= 15);
  t.is(await page.locator('main').count(), 1);
  await page.locator('header .name a').click();
  await page.waitForURL(`${url}/`);
  for (const address of asked) t.true(address.startsWith(url) || address.startsWith('data:'), address);
});
