import { KEYS } from './keys.ts';
import type { Values } from './read-outputs.ts';

/** A name whose value changes; undefined = it is not there. */
export type Difference = { readonly key: string; readonly from?: string | undefined; readonly to?: string | undefined };

/** The text has a line that is none of KEY=value; Kustomize would read it from its own environment. */
export class EnvFileError extends Error {
  override readonly name = 'EnvFileError';
}

/** The values of a `cluster-config.env`, read as Kustomize reads it: comments, blank lines and blanks before a name aside. */
export function parseEnvFile(text: string): Values {
  const values = new Map<string, string>();
  for (const [at, line] of linesOf(text).entries()) {
    const key = keyOf(line);
    if (key === undefined) continue;
    if (key === '') throw new EnvFileError(`line ${at + 1}: expected KEY=value, got ${line.slice(0, 60)}`);
    if (values.has(key)) throw new EnvFileError(`line ${at + 1}: expected each name once, got ${key} again`);
    values.set(key, line.trimStart().slice(key.length + 1));
  }
  return values;
}

/**
 * The text with these values: comments, blank lines and the order of names stay as they are, what is new comes at the end,
 * what is no more goes.
 */
export function renderEnvFile(text: string | undefined, values: Values): string {
  const environment = values.get('ENVIRONMENT') ?? '';
  const lines = linesOf(text ?? `# Where ${environment} is: what the infrastructure made, by its names.\n`);
  const present = text === undefined ? new Map<string, string>() : parseEnvFile(text);
  const kept = lines.flatMap((line) => {
    const key = keyOf(line);
    if (key === undefined) return [line];
    const value = values.get(key);
    return value === undefined ? [] : [`${key}=${value}`];
  });
  const added = [...values.keys()]
    .filter((key) => !present.has(key))
    .toSorted((one, two) => placeOf(one) - placeOf(two))
    .map((key) => `${key}=${values.get(key)}`);
  const whole = [...kept, ...added].join('\n').trimEnd();
  return whole === '' ? '' : `${whole}\n`;
}

export function differencesOf(from: Values, to: Values): readonly Difference[] {
  const keys = new Set([...from.keys(), ...to.keys()]);
  return [...keys]
    .filter((key) => from.get(key) !== to.get(key))
    .map((key) => ({ key, from: from.get(key), to: to.get(key) }));
}

/** As diff shows them. */
export function diffLines(differences: readonly Difference[]): readonly string[] {
  return differences.flatMap(({ key, from, to }) => [
    ...(from === undefined ? [] : [`-${key}=${from}`]),
    ...(to === undefined ? [] : [`+${key}=${to}`]),
  ]);
}

function placeOf(key: string): number {
  return KEYS.findIndex(({ name }) => name === key);
}

function linesOf(text: string): string[] {
  const whole = text.replace(/^\uFEFF/, '').trimEnd();
  return whole === '' ? [] : whole.split(/\r?\n/);
}

/** The name of a line; undefined = it has none, being blank or a comment; '' = it should have one. */
function keyOf(line: string): string | undefined {
  const start = line.trimStart();
  if (start === '' || start.startsWith('#')) return undefined;
  return /^([A-Za-z_][A-Za-z0-9_.-]*)=/.exec(start)?.[1] ?? '';
}
