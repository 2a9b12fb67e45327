/** Where something is asserted. */
export type Evidence =
  /** A rule over what is planned and applied (../rules). */
  | { readonly rule: string }
  /** A rule over what is written (../written). */
  | { readonly written: string }
  /** A test, or a planted mistake of one, by its title as it stands in the file. */
  | { readonly file: string; readonly title: string }
  /** A line of what is applied, as it stands in the file. */
  | { readonly file: string; readonly line: string }
  /** It is not built yet: what will build it. */
  | { readonly open: string };

export type Claim = { readonly says: string; readonly by: readonly Evidence[] };
export type Item = { readonly item: string; readonly claims: readonly Claim[] };

export function rules(...names: readonly string[]): Evidence[] {
  return names.map((rule) => ({ rule }));
}

export function written(...names: readonly string[]): Evidence[] {
  return names.map((name) => ({ written: name }));
}

export function titles(file: string, ...all: readonly string[]): Evidence[] {
  return all.map((title) => ({ file, title }));
}

export function lines(file: string, ...all: readonly string[]): Evidence[] {
  return all.map((line) => ({ file, line }));
}

export function open(subject: string): Evidence[] {
  return [{ open: subject }];
}
