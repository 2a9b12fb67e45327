import { parser } from '@prometheus-io/lezer-promql';

/** The names of the metrics that an expression reads; an error when it is no PromQL. */
export function metricsIn(expression: string): string[] {
  const names = new Set<string>();
  parser.parse(expression).iterate({
    enter: ({ type, from, to, node }) => {
      if (type.isError) {
        throw new SyntaxError(`no PromQL at '${expression.slice(from, from + 20)}' of ${expression}`);
      }
      if (type.name !== 'VectorSelector') return;
      const name = node.getChild('Identifier');
      if (name !== null) names.add(expression.slice(name.from, name.to));
      // {__name__="…"} or a selector of labels alone reads whatever there is.
      else names.add(nameByLabel(expression.slice(from, to)));
    },
  });
  return [...names];
}

function nameByLabel(selector: string): string {
  const [, name] = /__name__\s*=\s*["']([^"']+)["']/.exec(selector) ?? [];
  return name ?? selector;
}
