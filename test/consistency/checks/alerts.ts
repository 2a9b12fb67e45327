import { finding, type Check, type Finding } from '../../manifests/check.ts';
import { ofKind, type KubeObject } from '../../manifests/objects.ts';
import { textAt, treesAt, type Tree } from '../../manifests/tree.ts';
import { FOREIGN_METRICS } from '../foreign-metrics.ts';
import { metricsIn } from '../promql.ts';

type Rule = { readonly owner: KubeObject; readonly path: string; readonly body: Tree };

function rulesOf(objects: readonly KubeObject[]): Rule[] {
  return ofKind(objects, 'PrometheusRule').flatMap((owner) =>
    treesAt(owner.body, 'spec', 'groups').flatMap((group) =>
      treesAt(group, 'rules').map((body) => ({
        owner,
        path: `spec.groups[${String(group['name'])}].rules[${String(body['alert'] ?? body['record'])}]`,
        body,
      })),
    ),
  );
}

/** Every metric that a rule reads is exported by a process of ours, by somebody known, or by another rule. */
export const metrics: Check = {
  name: 'metrics',
  answers: [],
  find: (objects, { knowledge }) => {
    const rules = rulesOf(objects);
    const recorded = new Set(rules.map(({ body }) => body['record']));
    return rules.flatMap(({ owner, path, body }): Finding[] => {
      try {
        return metricsIn(String(body['expr']))
          .filter((name) => !knowledge.metrics.has(name) && FOREIGN_METRICS[name] === undefined && !recorded.has(name))
          .map((name) =>
            finding(owner, `${path}.expr`, {
              expected: 'a metric that somebody exports',
              got: name,
              todo: 'correct the name, or say in test/consistency/foreign-metrics.ts who exports it',
            }),
          );
      } catch (error) {
        const got = error instanceof Error ? error.message : String(error);
        return [finding(owner, `${path}.expr`, { expected: 'PromQL', got, todo: 'correct the expression' })];
      }
    });
  },
};

const HEADINGS = ['Meaning', 'User impact', 'First look', 'Likely causes', 'Mitigation', 'Verify', 'Escalation'];

/** Every alert leads to a page that says what to do, with the same headings everywhere. */
export const runbooks: Check = {
  name: 'runbooks',
  answers: [],
  find: (objects, { knowledge }) =>
    rulesOf(objects)
      .filter(({ body }) => body['alert'] !== undefined)
      .flatMap(({ owner, path, body }): Finding[] => {
        const place = `${path}.annotations.runbook_url`;
        const url = textAt(body, 'annotations', 'runbook_url') ?? 'nothing';
        const [, page = '', anchor] = /\/docs\/runbooks\/([\w-]+\.md)(?:#([\w-]+))?$/.exec(url) ?? [];
        const text = page === '' ? undefined : knowledge.file(`docs/runbooks/${page}`);
        const todo = 'write the page: whoever is woken needs it';
        if (text === undefined) {
          return [finding(owner, place, { expected: 'a page of docs/runbooks', got: url, todo })];
        }
        const section = anchor === undefined ? text : sectionOf(text, anchor);
        if (section === undefined) {
          return [finding(owner, place, { expected: `a heading in ${page}`, got: `#${anchor}`, todo })];
        }
        return HEADINGS.filter((heading) => !hasHeading(section, heading)).map((heading) =>
          finding(owner, place, { expected: `'${heading}' in docs/runbooks/${page}`, got: undefined, todo }),
        );
      }),
};

/** From the heading that an anchor means to the next of its level or above. */
function sectionOf(text: string, anchor: string): string | undefined {
  const lines = text.split('\n');
  const levelOf = (line: string): number => /^(#+) /.exec(line)?.[1]?.length ?? 0;
  const start = lines.findIndex((line) => levelOf(line) > 0 && slugOf(line.replace(/^#+ /, '')) === anchor);
  if (start === -1) return undefined;
  const level = levelOf(lines[start] ?? '');
  const length = lines.slice(start + 1).findIndex((line) => levelOf(line) > 0 && levelOf(line) <= level);
  return lines.slice(start, length === -1 ? undefined : start + 1 + length).join('\n');
}

/** As GitHub makes anchors of headings. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function hasHeading(section: string, heading: string): boolean {
  return new RegExp(`^(#+ ${heading}\\b|\\*\\*${heading}\\.\\*\\*)`, 'm').test(section);
}
