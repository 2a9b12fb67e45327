import { slotInstant } from '@weatherline/events';
import { html, Html } from './html.ts';
import type { PageModel } from './model.ts';
import { STYLE } from './style.ts';
import { clockTime, objectOf, span, text } from './values.ts';

export type Frame = { readonly title: string; readonly here: 'home' | 'explore' | 'location'; readonly body: Html };

/** What every page has: how fresh, where to go, whose data. */
export function layout(model: PageModel, { title, here, body }: Frame): Html {
  const { now, next, version } = model;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">To the content</a>
        <header>
          <p class="name"><a href="/">weatherline</a></p>
          <nav aria-label="Pages">
            ${link('/', 'Now', here === 'home')}${link('/explore', 'Explore', here === 'explore')}${link('/docs', 'API', false)}
          </nav>
          <p class="fresh" role="status">
            ${state(model)}
            <span class="soft">next due ${clockTime(next)}, in ${span(next.getTime() - now.getTime())}</span>
          </p>
        </header>
        <main id="main" tabindex="-1">${body}</main>
        <footer>
          ${attribution(model)}
          <p>Map: Natural Earth (public domain). All times are UTC unless they say otherwise.</p>
          <p>
            weatherline ${version} · <a href="/v1/status">status</a> ·
            <a href="/v1/products/latest">latest as JSON</a> · <a href="/openapi.json">OpenAPI</a> ·
            <a href="/schemas/weatherline.product-1.json">schema of a record</a>
          </p>
        </footer>
      </body>
    </html>`;
}

function link(href: string, name: string, isHere: boolean): Html {
  return isHere ? html`<a href="${href}" aria-current="page">${name}</a>` : html`<a href="${href}">${name}</a>`;
}

/** A sign, a word and a colour, never the colour alone. */
export function state({ product, current, now, failingSince }: PageModel): Html {
  const slot = product === undefined ? undefined : slotInstant(product.id);
  if (failingSince !== undefined)
    return html`<span class="state bad"
      >▲ The store is not reached since ${clockTime(failingSince)}: what is shown is from memory.</span
    >`;
  if (product === undefined || slot === undefined)
    return html`<span class="state late">◔ Waiting for the first product.</span>`;
  const age = span(now.getTime() - slot.getTime());
  if (slot.getTime() < current.getTime())
    return html`<span class="state bad">▲ Stale: slot ${clockTime(slot)} is ${age} old.</span>`;
  if (!product.complete)
    return html`<span class="state late"
      >◑ Incomplete: ${product.parts.stored} of ${product.parts.expected} parts.</span
    >`;
  return html`<span class="state ok">● Fresh: slot ${clockTime(slot)} is ${age} old.</span>`;
}

function attribution({ places }: PageModel): Html[] {
  const said = new Map(
    places.map(({ newest }) => {
      const { attribution: words, url } = objectOf(newest?.row['license']);
      return [text(words), typeof url === 'string' && url.startsWith('https://') ? url : ''];
    }),
  );
  return [...said]
    .filter(([words]) => words !== '–')
    .map(([words, url]) => (url === '' ? html`<p>${words}</p>` : html`<p><a href="${url}">${words}</a></p>`));
}
