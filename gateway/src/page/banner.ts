import { slotInstant } from '@weatherline/events';
import { standingOf } from '../routes/status.ts';
import { html, type Html } from './html.ts';
import type { PageModel } from './model.ts';
import { clockTime, relative } from './values.ts';

/** How fresh the page is. The ages stay outside the live region: nobody wants to hear them every minute. */
export function banner(model: PageModel): Html {
  const { product, now, next, failingSince } = model;
  const slot = product === undefined ? undefined : slotInstant(product.id);
  const said = state(model, slot);
  const from = failingSince === undefined ? 'shown' : 'from memory';
  // The slot is named once.
  const isNamed = slot !== undefined && said.text.includes(clockTime(slot));
  const name = slot === undefined || isNamed ? '' : `${from}: slot ${shortly(slot, now)}, `;
  const shown = slot === undefined ? '' : html`${name}${relative(slot, now)} · `;
  return html`<div class="fresh">
    <p role="status">${said}</p>
    <p class="soft">${shown}next due ${shortly(next, now)}, ${relative(next, now)}</p>
  </div>`;
}

/** Without the date where there is no doubt about it. */
function shortly(instant: Date, now: Date): string {
  const words = clockTime(instant);
  return words.slice(0, 10) === now.toISOString().slice(0, 10) ? words.slice(11) : words;
}

/** A sign, a word and a colour, never the colour alone; `data-until`: when an open page has to take it back. */
function state(model: PageModel, slot: Date | undefined): Html {
  const { product, current, next, now, failingSince } = model;
  if (failingSince !== undefined)
    return html`<span class="state bad">▲ The store cannot be reached since ${clockTime(failingSince)}</span>`;
  const newest = product === undefined || slot === undefined ? undefined : { slot, complete: product.complete };
  const { state: standing, until } = standingOf({ now, current, next, newest });
  if (product === undefined || slot === undefined || standing === 'empty')
    return html`<span class="state late">◔ Waiting for the first product</span>`;
  const parts = `${product.parts.stored} of ${product.parts.expected} parts`;
  const isIncomplete = !product.complete && slot.getTime() >= current.getTime();
  if (standing === 'stale')
    return isIncomplete
      ? html`<span class="state late">◑ Incomplete: ${parts}</span>`
      : html`<span class="state bad">▲ Stale: slot ${clockTime(slot)} is old</span>`;
  const end = until.toISOString();
  if (standing === 'due') {
    const made = isIncomplete ? `, ${parts}` : '';
    const due = current.toISOString().slice(11, 16);
    return html`<span class="state late" data-until="${end}">◔ Due: slot ${due} is being made${made}</span>`;
  }
  return html`<span class="state ok" data-until="${end}">● Fresh: slot ${clockTime(slot)}</span>`;
}
