import type { Whole } from '../http/reply.ts';
import { html, Html } from '../page/html.ts';
import { STYLE } from '../page/style.ts';

export { html };

export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline' 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** A plain page of words. */
export function page(title: string, body: Html): Whole {
  const text = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title} · weatherline</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html>`.text;
  return {
    kind: 'whole',
    type: 'text/html; charset=utf-8',
    body: text,
    headers: { 'content-security-policy': PAGE_POLICY },
  };
}
