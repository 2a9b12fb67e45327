import { registerHooks } from 'node:module';
import type { Texts } from './workflow.ts';

// The library is built for bundlers: it imports JSON without saying that it is JSON, as Node wants it.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');

/** What GitHub's own parser says against a workflow and those that it calls: keys, types, expressions, inputs, order of jobs. */
export async function problemsOf(name: string, texts: Texts): Promise<readonly string[]> {
  const file = (path: string): { name: string; content: string } => {
    const content = texts.get(path.replace('.github/workflows/', ''));
    if (content === undefined) throw new Error(`there is no ${path}`);
    return { name: path, content };
  };
  const { context, value } = parseWorkflow(file(name), new NoOperationTraceWriter());
  if (value !== undefined && context.errors.getErrors().length === 0) {
    const files = { getFileContent: async ({ path }: { path: string }) => Promise.resolve(file(path)) };
    await convertWorkflowTemplate(context, value, files, { fetchReusableWorkflowDepth: 1 });
  }
  return [...new Set(context.errors.getErrors().map(({ message }) => message))];
}
