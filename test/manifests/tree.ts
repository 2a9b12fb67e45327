/** Ways into parsed YAML of which nothing is known: every step that leads nowhere is undefined. */
export type Tree = Readonly<Record<string, unknown>>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stands at the path, key by key; a number is a place in a list. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here: unknown = value;
  for (const step of path) {
    if (Array.isArray(here)) here = here[Number(step)];
    else if (isTree(here)) here = Object.hasOwn(here, step) ? here[step] : undefined;
    else return undefined;
  }
  return here;
}

export function treeAt(value: unknown, ...path: readonly (string | number)[]): Tree {
  const found = at(value, ...path);
  return isTree(found) ? found : {};
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function treesAt(value: unknown, ...path: readonly (string | number)[]): readonly Tree[] {
  return listAt(value, ...path).filter(isTree);
}

export function textsAt(value: unknown, ...path: readonly (string | number)[]): readonly string[] {
  return listAt(value, ...path).filter((item) => typeof item === 'string');
}

/** The texts of a map, such as labels. */
export function mapAt(value: unknown, ...path: readonly (string | number)[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(treeAt(value, ...path)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** As a person would write it in YAML on one line. */
export function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
