import { banner } from './banner.ts';
import { type Here, sheet } from './frame.ts';
import { html, Html } from './html.ts';
import type { PageModel } from './model.ts';
import { STYLE } from './style.ts';
import { objectOf, text } from './values.ts';

export type Frame = { readonly title: string; readonly here: Here; readonly body: Html };

/** Without scripts the page stays as old as it was when it was sent. */
const AGES = new Html('<script src="/assets/ages.js" defer></script>');

/** What every page of data has: how fresh, where to go, whose data. */
export function layout(model: PageModel, { title, here, body }: Frame): Html {
  const footer = html`<footer>
    ${attribution(model)}
    <p>Map: Natural Earth (public domain). All times are UTC unless they say otherwise.</p>
    <ul class="links">
      <li>weatherline ${model.version}</li>
      <li><a href="/v1/status">status</a></li>
      <li><a href="/v1/products/latest">latest as JSON</a></li>
      <li><a href="/openapi.json">OpenAPI</a></li>
      <li><a href="/schemas/weatherline.product-1.json">schema of a record</a></li>
    </ul>
  </footer>`;
  return sheet({ title, here, style: STYLE, main: body, banner: banner(model), footer, head: AGES });
}

/** Whose data it is and under which licence, as each record says. */
function attribution({ places }: PageModel): Html[] {
  const said = new Map(
    places.map(({ newest }) => {
      const { attribution: words, url, spdx } = objectOf(newest?.row['license']);
      const address = typeof url === 'string' && url.startsWith('https://') ? url : '';
      return [`${text(words)} ${text(spdx)}`, { words: text(words), address, spdx: text(spdx) }];
    }),
  );
  return [...said.values()]
    .filter(({ words }) => words !== '–')
    .map(({ words, address, spdx }) => {
      const whose = address === '' ? words : html`<a href="${address}">${words}</a>`;
      return html`<p>${whose}${spdx === '–' ? '' : ` (${spdx})`}</p>`;
    });
}
