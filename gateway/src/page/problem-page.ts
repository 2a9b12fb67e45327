import { type Problem, PROBLEMS } from '../http/problem.ts';
import type { ProblemPage } from '../http/send.ts';
import { page } from '../routes/html-page.ts';
import { html, type Html } from './html.ts';

/** What people see where programs get a problem document. */
export const problemPage: ProblemPage = ({ slug, status, message }: Problem, requestId) => {
  const [, title, about] = PROBLEMS[slug];
  return page(
    title,
    html`<h1>${title}</h1>
      <p>Status ${status}: ${message}.</p>
      <p class="soft">${withCode(about)} Request <code>${requestId}</code>.</p>
      <p><a href="/">To the latest values</a> or <a href="/problems/${slug}">about this kind of problem</a></p>`,
  );
};

/** What stands between backticks is code. */
function withCode(words: string): (Html | string)[] {
  return words.split('`').map((piece, at) => (at % 2 === 1 ? html`<code>${piece}</code>` : piece));
}
