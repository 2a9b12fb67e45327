import { slotInstant } from '@weatherline/events';
import type { Product } from '../store/products.ts';
import { byLocation } from '../routes/product-view.ts';
import type { RoutePorts } from '../route-ports.ts';
import { Html, html } from './html.ts';
import { map, type Spot } from './map.ts';
import { STYLE } from './style.ts';

type Row = Readonly<Record<string, unknown>>;

/** The whole page: how fresh, the map, the latest values, what failed, whose data. */
export function page(product: Product | undefined, { schedule, clock, version }: RoutePorts): Html {
  const now = clock.now();
  const next = schedule.next(now);
  const due = `next product due ${clockTime(next)}, in ${span(next.getTime() - now.getTime())}`;
  const rows = product === undefined ? [] : byLocation(product).map(({ record }) => record);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>weatherline: latest values</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>weatherline</h1>
            ${state(product, schedule.current(now), now)}<span class="soft">${due}</span>
          </header>
          ${product === undefined ? html`<p>There is no product yet. The first one appears here when its run has ended.</p>` : body(product, rows)}
          <footer>
            ${attribution(rows)}
            <p>
              weatherline ${version} · <a href="/products?limit=1">/products</a> ·
              <a href="/v1/products">/v1/products</a> · <a href="/v1/locations">/v1/locations</a>
            </p>
          </footer>
        </main>
      </body>
    </html>`;
}

function state(product: Product | undefined, current: Date, now: Date): Html {
  const slot = product === undefined ? undefined : slotInstant(product.id);
  if (product === undefined || slot === undefined)
    return html`<span class="state late">Waiting for the first product</span>`;
  const age = span(now.getTime() - slot.getTime());
  if (slot.getTime() < current.getTime())
    return html`<span class="state bad">Stale: slot ${clockTime(slot)} is ${age} old</span>`;
  if (!product.complete)
    return html`<span class="state late">Incomplete: ${product.parts.stored} of ${product.parts.expected} parts</span>`;
  return html`<span class="state ok">Fresh: slot ${clockTime(slot)} is ${age} old</span>`;
}

function body(product: Product, rows: readonly Row[]): Html {
  const spots: Spot[] = rows.flatMap((row) => {
    const { lat, lon, location_name: name } = row;
    if (typeof lat !== 'number' || typeof lon !== 'number') return [];
    return [{ name: String(name), lat, lon, temp: number(row['temp']) }];
  });
  const failed = product.failures.map(
    ({ location, code, detail = '' }) =>
      html`<tr>
        <th scope="row">${location}</th>
        <td>${code}</td>
        <td>${detail}</td>
      </tr>`,
  );
  return html`<div class="frame">${map(spots)}</div>
    <h2>Latest values</h2>
    <div class="frame scroll">
      <table>
        <caption>
          ${rows.length} places, product
          <a href="/v1/products/${product.id}">${product.id}</a>
        </caption>
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col" class="n">Temp.<span class="unit">°C</span></th>
            <th scope="col" class="n">Feels<span class="unit">°C</span></th>
            <th scope="col" class="n">Humidity<span class="unit">%</span></th>
            <th scope="col" class="n">Pressure<span class="unit">hPa</span></th>
            <th scope="col" class="n">Wind<span class="unit">m/s</span></th>
            <th scope="col">From</th>
            <th scope="col">Weather</th>
            <th scope="col">Quality</th>
            <th scope="col">Kind</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(tableRow)}
        </tbody>
      </table>
    </div>
    ${
      failed.length === 0
        ? ''
        : html`<h2>Without a value</h2>
            <div class="frame scroll">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Place</th>
                    <th scope="col">Code</th>
                    <th scope="col">Why</th>
                  </tr>
                </thead>
                <tbody>
                  ${failed}
                </tbody>
              </table>
            </div>`
    }`;
}

function tableRow(row: Row): Html {
  const derived = objectOf(row['derived']);
  const qc = objectOf(row['qc']);
  const kind = typeof row['kind'] === 'string' ? row['kind'] : 'not said';
  return html`<tr>
    <th scope="row">${text(row['location_name'])}</th>
    <td class="n">${fixed(row['temp'], 1)}</td>
    <td class="n">${fixed(derived['apparent_temp'] ?? row['feels_like'], 1)}</td>
    <td class="n">${fixed(row['humidity'], 0)}</td>
    <td class="n">${fixed(row['pressure'], 0)}</td>
    <td class="n">${fixed(row['wind_speed'], 1)}</td>
    <td>${text(derived['wind_sector'])}</td>
    <td>${text(row['weather'])}</td>
    <td>${quality(qc)}</td>
    <td class="soft">${kind}</td>
  </tr>`;
}

const FLAGS: Readonly<Record<string, readonly [mark: string, word: string, tone: string]>> = {
  1: ['✓', 'passed', 'ok'],
  2: ['·', 'not checked', 'soft'],
  3: ['?', 'suspect', 'late'],
  4: ['✗', 'failed', 'bad'],
  9: ['–', 'missing', 'soft'],
};

/** The flag as a mark and a word, never as a colour alone; why is in the title. */
function quality(qc: Row): Html {
  const [mark, word, tone] = FLAGS[String(qc['overall'])] ?? ['·', 'not checked', 'soft'];
  const failed = Array.isArray(qc['failed']) ? qc['failed'].map((item) => text(objectOf(item)['test'])).join(', ') : '';
  return html`<span class="flag ${tone}" title="${failed}">${mark} ${word}</span>`;
}

function attribution(rows: readonly Row[]): Html[] {
  const said = new Map(
    rows.map((row) => {
      const { attribution: words, url } = objectOf(row['license']);
      return [text(words), typeof url === 'string' && url.startsWith('https://') ? url : ''];
    }),
  );
  return [...said]
    .filter(([words]) => words !== '–')
    .map(([words, url]) => (url === '' ? html`<p>${words}</p>` : html`<p><a href="${url}">${words}</a></p>`));
}

function objectOf(value: unknown): Row {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function fixed(value: unknown, decimals: number): string {
  // A true minus sign lines up with the digits.
  return typeof value === 'number' ? value.toFixed(decimals).replace('-', '−') : '–';
}

function text(value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : '–';
}

function clockTime(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function span(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.round(hours / 24)} days`;
}
