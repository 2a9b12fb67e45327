import type { Whole } from '../http/reply.ts';
import { sheet } from '../page/frame.ts';
import { html, type Html } from '../page/html.ts';
import { STYLE } from '../page/style.ts';

export { html };

export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline' 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** A plain page of words. */
export function page(title: string, body: Html): Whole & { readonly body: string } {
  return {
    kind: 'whole',
    type: 'text/html; charset=utf-8',
    body: sheet({ title: `${title} · weatherline`, style: STYLE, here: 'problem', main: body }).text,
    headers: { 'content-security-policy': PAGE_POLICY },
  };
}
