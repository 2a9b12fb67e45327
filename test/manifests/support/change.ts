import { objectOf, type KubeObject } from '../objects.ts';
import { isTree } from '../tree.ts';

/** A step into an object: a key, a place in a list, or the item of a list that bears a name. */
export type Step = string | number | { readonly name: string };
export type Change = (objects: readonly KubeObject[]) => readonly KubeObject[];

/** Gives what stands at the path another value; undefined takes it away. */
export function set(title: string, path: readonly Step[], value: unknown): Change {
  return (objects) => {
    const chosen = objects.filter((object) => isNamed(object, title));
    if (chosen.length === 0) throw new Error(`the overlay has no ${title}`);
    return objects.map((object) => (chosen.includes(object) ? objectOf(replaced(object.body, path, value)) : object));
  };
}

/** Adds an item to the list at the path. */
export function append(title: string, path: readonly Step[], item: unknown): Change {
  return (objects) =>
    objects.map((object) => (isNamed(object, title) ? objectOf(appended(object.body, path, item)) : object));
}

export function drop(title: string): Change {
  return (objects) => {
    const left = objects.filter((object) => !isNamed(object, title));
    if (left.length === objects.length) throw new Error(`the overlay has no ${title}`);
    return left;
  };
}

export function add(body: unknown): Change {
  return (objects) => [...objects, objectOf(body)];
}

export function both(...changes: readonly Change[]): Change {
  return (objects) => changes.reduce((before, change) => change(before), objects);
}

/** `Kind/name`, or `Kind/namespace/name` where a name is there twice; the hash of a generated name is left out. */
function isNamed({ kind, namespace, name }: KubeObject, title: string): boolean {
  const short = name.replace(/-[a-z0-9]{10}$/, '');
  return [name, short].some((one) => title === `${kind}/${one}` || title === `${kind}/${namespace}/${one}`);
}

function replaced(value: unknown, [step, ...rest]: readonly Step[], wanted: unknown): unknown {
  if (step === undefined) return wanted;
  if (Array.isArray(value)) {
    const place = placeOf(value, step);
    const item = replaced(value[place], rest, wanted);
    return item === undefined ? value.toSpliced(place, 1) : value.with(place, item);
  }
  const here = isTree(value) ? value : {};
  const { [keyOf(step)]: before, ...others } = here;
  const after = replaced(before, rest, wanted);
  return after === undefined ? others : { ...here, [keyOf(step)]: after };
}

function keyOf(step: Step): string {
  return typeof step === 'object' ? step.name : String(step);
}

function placeOf(list: readonly unknown[], step: Step): number {
  const place =
    typeof step === 'object' ? list.findIndex((item) => isTree(item) && item['name'] === step.name) : Number(step);
  if (!(place >= 0 && place < list.length)) throw new Error(`there is no ${JSON.stringify(step)} in the list`);
  return place;
}

function appended(value: unknown, path: readonly Step[], item: unknown): unknown {
  return replaced(value, path, [...listAt(value, path), item]);
}

function listAt(value: unknown, path: readonly Step[]): readonly unknown[] {
  let here: unknown = value;
  for (const step of path) {
    if (Array.isArray(here)) here = here[placeOf(here, step)];
    else here = isTree(here) ? here[keyOf(step)] : undefined;
  }
  return Array.isArray(here) ? here : [];
}
