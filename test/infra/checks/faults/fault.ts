import type { SubjectName } from '../subjects.ts';

/** A mistake that somebody could make in a module, and the rules that are there for it. */
export type Fault = {
  readonly title: string;
  readonly subject: SubjectName;
  /** The file, below `infra/`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly found: readonly string[];
};

/** The text with the mistake in it. A place that is not there, or is there twice, is no place. */
export function planted(text: string, { title, from, to }: Pick<Fault, 'title' | 'from' | 'to'>): string {
  const places = text.split(from).length - 1;
  if (places !== 1) throw new Error(`${title}: the place of the mistake is there ${places} times`);
  const changed = text.replace(from, () => to);
  if (changed === text) throw new Error(`${title}: nothing is changed`);
  return changed;
}
