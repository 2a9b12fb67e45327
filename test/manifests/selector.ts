import { mapAt, textAt, textsAt, treesAt } from './tree.ts';

type Labels = Readonly<Record<string, string>>;

/** Does a label selector match? An empty one matches everything; one that is not given, nothing. */
export function selects(selector: unknown, labels: Labels): boolean {
  if (selector === undefined || selector === null) return false;
  return (
    Object.entries(mapAt(selector, 'matchLabels')).every(([key, value]) => labels[key] === value) &&
    treesAt(selector, 'matchExpressions').every((expression) => holds(expression, labels))
  );
}

function holds(expression: unknown, labels: Labels): boolean {
  const value = labels[textAt(expression, 'key') ?? ''];
  const values = textsAt(expression, 'values');
  switch (textAt(expression, 'operator') ?? 'nothing') {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      throw new RangeError(`a selector has an operator that Kubernetes does not know: ${JSON.stringify(expression)}`);
  }
}

/** Does a map of labels, such as a Service's selector, match? An empty one selects nothing. */
export function selectsByMap(selector: Labels, labels: Labels): boolean {
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}
