import { html, type Html } from './html.ts';
import { table } from './table.ts';
import { latestTable } from './latest-table.ts';
import { layout } from './layout.ts';
import { map } from './map.ts';
import type { PageModel, PlaceView } from './model.ts';
import { timeline } from './timeline.ts';
import { flagOf, numberAt } from './values.ts';

/** The map, the latest values, the runs of the week. */
export function homePage(model: PageModel): Html {
  const isAny = model.places.some(({ newest }) => newest !== undefined);
  const body = isAny
    ? html`<h1>Latest values</h1>
        ${reconstructed(model)}${map(model.places.map(spotOf))}${latestTable(model)}${without(model)}${timeline(model)}`
    : html`<h1>Latest values</h1>
        <p>${empty(model)}</p>
        ${timeline(model)}`;
  return layout(model, { title: 'weatherline: latest values', here: 'home', body });
}

function empty({ product }: PageModel): string {
  if (product === undefined) return 'There is no product yet. The first one appears here when its run has ended.';
  return product.isRead
    ? 'The newest product has no record.'
    : `The newest product has ${product.parts.stored} parts: more places than a page can show. The API has them all.`;
}

/** Recorded weather looks like today's: who sees the map must know before they believe it. */
function reconstructed({ places }: PageModel): Html | '' {
  const isAll = places.every(({ newest }) => newest === undefined || newest.row['kind'] === 'reconstruction');
  return isAll ? html`<p class="note">Recorded data moved to today, for trying out; not today's weather.</p>` : '';
}

function spotOf({ location, newest }: PlaceView): Parameters<typeof map>[0][number] {
  const { row } = newest ?? {};
  return { ...location, temp: numberAt(row, 'temp'), flag: flagOf(row, 'temp'), isKnown: row !== undefined };
}

const REASONS: Readonly<Record<string, string>> = {
  TIME_BUDGET: 'The run had no time left to ask for it.',
  TIMEOUT: 'The provider did not answer in time.',
  CONNECTION: 'The connection to the provider failed.',
  TRUNCATED: "The provider's answer ended too early.",
  BODY_TOO_LARGE: "The provider's answer was too large.",
  UNPARSEABLE_BODY: "The provider's answer could not be read.",
  INVALID_BODY: "The provider's answer was not as agreed.",
  UNKNOWN_UNIT: 'The provider answered in an unknown unit.',
};

function reasonOf(code: string): string {
  const [, status] = /^HTTP_(\d{3})$/.exec(code) ?? [];
  return (
    REASONS[code] ?? (status === undefined ? 'No usable answer came.' : `The provider answered with status ${status}.`)
  );
}

function without({ product, places }: PageModel): Html | '' {
  if (product === undefined || product.failures.length === 0) return '';
  const names = new Map(places.map(({ location }) => [location.id, location.name]));
  const rows = product.failures.map(
    ({ location, code, detail = '' }) =>
      html`<tr>
        <th scope="row">${names.get(location) ?? location}</th>
        <td class="wide">${reasonOf(code)}</td>
        <td class="soft wide"><code>${code}</code> ${detail}</td>
      </tr>`,
  );
  const columns = ['Place', 'Why', 'Code'].map((name) => ({ name }));
  const caption = 'Places that the newest run asked for in vain';
  return html`<h2>Without a value</h2>
    ${table({ label: 'Without a value', caption, columns, rows })}`;
}
