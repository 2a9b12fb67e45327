import { html, type Html } from './html.ts';

export type Column = { readonly name: string; readonly unit?: string | undefined; readonly isNumber?: boolean };

export type TableOptions = {
  /** What it is called where it cannot be seen. */
  readonly label: string;
  readonly caption?: Html | string;
  readonly columns?: readonly Column[];
  readonly rows: readonly Html[];
  /** Stands in a card of its own; a table within one does not. */
  readonly isFramed?: boolean;
};

/** A table that is scrolled by itself when it is wider than the page, by keyboard too. */
export function table({ label, caption, columns, rows, isFramed = true }: TableOptions): Html {
  const said =
    caption === undefined
      ? ''
      : html`<caption>
          ${caption}
        </caption>`;
  const head =
    columns === undefined
      ? ''
      : html`<thead>
          <tr>
            ${columns.map(heading)}
          </tr>
        </thead>`;
  return html`<div class="${isFramed ? 'frame ' : ''}scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      ${said}${head}
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function heading({ name, unit, isNumber = false }: Column): Html {
  const said = unit === undefined ? name : html`${name}<span class="unit">${unit}</span>`;
  return isNumber ? html`<th scope="col" class="n">${said}</th>` : html`<th scope="col">${said}</th>`;
}
