import type { Visit } from '../front.ts';
import { Problem, PROBLEMS } from '../http/problem.ts';
import { page, PAGE_POLICY } from '../routes/html-page.ts';
import { html, type Html } from './html.ts';

/** Answers people where programs get a problem document; false = it is for the front to tell. */
export function problemPage({ own, request, response, requestId }: Visit, error: unknown): boolean {
  // What is no Problem belongs into the log, and the front writes it there.
  if (!(error instanceof Problem) || response.headersSent) return false;
  const [status, title, about] = PROBLEMS[error.slug];
  const { body } = page(
    title,
    html`<h1>${title}</h1>
      <p>Status ${status}: ${error.message}.</p>
      <p class="soft">${withCode(about)} Request <code>${requestId}</code>.</p>
      <p><a href="/">To the latest values</a> or <a href="/problems/${error.slug}">about this kind of problem</a></p>`,
  );
  const bytes = Buffer.from(body);
  const headers = ['content-type', 'text/html; charset=utf-8', 'content-length', String(bytes.length)];
  const further = Object.entries({ ...error.headers, 'content-security-policy': PAGE_POLICY }).flat();
  response
    .writeHead(status, [...headers, 'cache-control', 'no-store', 'vary', 'Accept', ...further, ...own])
    .end(request.method === 'HEAD' ? undefined : bytes);
  return true;
}

/** What stands between backticks is code. */
function withCode(words: string): (Html | string)[] {
  return words.split('`').map((piece, at) => (at % 2 === 1 ? html`<code>${piece}</code>` : piece));
}
