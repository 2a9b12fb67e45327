import { html, Html } from './html.ts';

export type Here = 'home' | 'explore' | 'location' | 'docs' | 'problem';

export type Sheet = {
  readonly title: string;
  readonly style: string;
  readonly here: Here;
  readonly main: Html;
  /** What is drawn into the page brings its own main part: two would be one too many. */
  readonly hasOwnMain?: boolean;
  /** Beside the links of the header. */
  readonly banner?: Html | '';
  readonly footer?: Html | '';
  /** Further elements of the head: what is loaded from here. */
  readonly head?: Html | '';
};

/** A sign of its own, so that browsers need not ask for one. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%230b5aa8'/%3E%3Cpath d='M3 10l3-4 3 3 4-5' fill='none' stroke='%23fff' stroke-width='1.6'/%3E%3C/svg%3E";

/** The document around every page: where one is, where to go. */
export function sheet({
  title,
  style,
  here,
  main,
  hasOwnMain = false,
  banner = '',
  footer = '',
  head = '',
}: Sheet): Html {
  const tag = hasOwnMain ? 'div' : 'main';
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="${new Html(ICON)}" />
        ${head}
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">To the content</a>
        <header>
          <p class="name"><a href="/">weatherline</a></p>
          <nav aria-label="Pages">
            ${link('/', 'Now', here === 'home')}${link('/explore', 'Explore', here === 'explore')}${link('/docs', 'API', here === 'docs')}
          </nav>
          ${banner}
        </header>
        <${tag} id="main" tabindex="-1">${main}</${tag}>
        ${footer}
      </body>
    </html>`;
}

function link(href: string, name: string, isHere: boolean): Html {
  return isHere ? html`<a href="${href}" aria-current="page">${name}</a>` : html`<a href="${href}">${name}</a>`;
}
