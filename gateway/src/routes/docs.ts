import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { operation } from '../contract/operation.ts';
import { word } from '../contract/parameter.ts';
import { Problem } from '../http/problem.ts';
import { sheet } from '../page/frame.ts';
import { Html, html } from '../page/html.ts';
import { FRAME_STYLE } from '../page/style.ts';
import { PAGE_POLICY } from './html-page.ts';

/** Files that pages load, all from here: the page of the API needs nothing from elsewhere. */
const FILES: Readonly<Record<string, readonly [type: string, read: () => Promise<string | Buffer>]>> = {
  'swagger-ui.js': [
    'text/javascript; charset=utf-8',
    async () => readFile(fileURLToPath(import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'))),
  ],
  'swagger-ui.css': [
    'text/css; charset=utf-8',
    async () => readFile(fileURLToPath(import.meta.resolve('swagger-ui-dist/swagger-ui.css'))),
  ],
  'uplot.js': [
    'text/javascript; charset=utf-8',
    async () => readFile(fileURLToPath(import.meta.resolve('uplot/dist/uPlot.iife.min.js'))),
  ],
  'uplot.css': [
    'text/css; charset=utf-8',
    async () => readFile(fileURLToPath(import.meta.resolve('uplot/dist/uPlot.min.css'))),
  ],
  'charts.js': [
    'text/javascript; charset=utf-8',
    async () => readFile(new URL('../page/client/charts.js', import.meta.url)),
  ],
  'ages.js': [
    'text/javascript; charset=utf-8',
    async () => readFile(new URL('../page/client/ages.js', import.meta.url)),
  ],
  'docs.js': ['text/javascript; charset=utf-8', async () => START],
};

/** `validatorUrl: null`: the interface's own badge would ask a server of its makers. */
const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis], tryItOutEnabled: true, displayRequestDuration: true });
`;

const DOCS_HEAD = new Html(
  '<link rel="stylesheet" href="/assets/swagger-ui.css" /><script src="/assets/swagger-ui.js" defer></script><script src="/assets/docs.js" defer></script>',
);
/** The interface is drawn for light paper only. */
const DOCS_STYLE = `${FRAME_STYLE}#docs{color-scheme:light;background:#fff;border:1px solid var(--line);border-radius:10px;overflow:hidden}`;

const docs = operation({
  id: 'getDocs',
  route: '/docs',
  tag: 'service',
  summary: 'The API to read and to try, from our own files',
  path: {},
  query: {},
  formats: ['json'],
  answers: [{ status: 200, description: 'A page', content: { 'text/html': undefined } }],
  problems: ['unknown-parameter'],
  async handle() {
    // The interface has a main part and a heading of its own; these are for where it does not run.
    const main = html`<noscript
        ><main>
          <h1>The API</h1>
          <p>This page tries requests with JavaScript; <a href="/openapi.json">the document</a> needs none.</p>
        </main></noscript
      >
      <div id="docs"></div>`;
    const page = sheet({
      title: 'API · weatherline',
      style: DOCS_STYLE,
      here: 'docs',
      main,
      hasOwnMain: true,
      head: DOCS_HEAD,
    });
    return {
      kind: 'whole',
      type: 'text/html; charset=utf-8',
      body: page.text,
      headers: { 'content-security-policy': PAGE_POLICY },
    };
  },
});

const asset = operation({
  id: 'getAsset',
  route: '/assets/{name}',
  tag: 'service',
  summary: 'A file that a page loads',
  path: { name: word('A file', /^[\w.-]{1,80}$/, 'must be the name of a file') },
  query: {},
  formats: ['json'],
  answers: [{ status: 200, description: 'The file', content: { 'text/javascript': undefined, 'text/css': undefined } }],
  problems: ['invalid-parameter', 'unknown-parameter', 'not-found'],
  async handle({ path }) {
    const name = path.name ?? '';
    // Every object has names such as `constructor` that are no file.
    const [type, read] = (Object.hasOwn(FILES, name) ? FILES[name] : undefined) ?? [];
    if (type === undefined || read === undefined) {
      throw new Problem('not-found', 'there is no such file');
    }
    return { kind: 'whole', type, body: await read() };
  },
});

export const docsOperations = [docs, asset];
