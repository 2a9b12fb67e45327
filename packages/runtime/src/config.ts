import { readFileSync } from 'node:fs';
import { ConfigurationError } from './errors.ts';

export type Setting<Value> = {
  /** The environment variable; `${env}_FILE` names a file that holds the value instead. */
  readonly env: string;
  /** One sentence; `weatherline config` and the reference print it. */
  readonly doc: string;
  /** Used as if it had been set; a setting without one is required unless `optional`. */
  readonly fallback?: string;
  /** Undefined when it is not set. */
  readonly optional?: boolean;
  /** Its value is never printed. */
  readonly secret?: boolean;
  /** Throws an error that says what was expected. */
  readonly parse: (text: string) => Value;
};

export type Settings = Readonly<Record<string, Setting<unknown>>>;
type ValueOf<S> = S extends { readonly optional: true; readonly parse: (text: string) => infer V }
  ? V | undefined
  : S extends { readonly parse: (text: string) => infer V }
    ? V
    : never;
export type Values<S extends Settings> = { readonly [K in keyof S]: ValueOf<S[K]> };

export type Environment = Readonly<Record<string, string | undefined>>;

export type Source = 'set' | 'file' | 'default' | 'unset';
export type ShownSetting = { env: string; value: string; source: Source; doc: string };

/**
 * Reads every setting, or throws one ConfigurationError that names everything that is wrong.
 *
 * `known` are the variables of other deployables: with them and these settings, any other `WEATHERLINE_*` is refused.
 */
export function loadConfig<S extends Settings>(
  settings: S,
  env: Environment,
  known: readonly string[] = [],
): Values<S> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [key, setting] of Object.entries(settings)) {
    try {
      const { text } = textOf(setting, env);
      values[key] = text === undefined ? undefined : setting.parse(text);
    } catch (error) {
      problems.push(`${setting.env}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  problems.push(...unknownVariables(settings, env, known));
  if (problems.length > 0) throw new ConfigurationError(`bad configuration\n  ${problems.join('\n  ')}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the loop above has set every key of S
  return Object.freeze(values) as Values<S>;
}

/** What each setting is now and where it comes from; secrets are shown as `(hidden)`. */
export function showConfig(settings: Settings, env: Environment): ShownSetting[] {
  return Object.values(settings).map((setting) => {
    const { env: name, doc, secret } = setting;
    try {
      const { text, source } = textOf(setting, env);
      const shown = secret === true && text !== undefined ? '(hidden)' : (text ?? '');
      return { env: name, value: shown, source, doc };
    } catch {
      return { env: name, value: '', source: 'unset', doc };
    }
  });
}

function textOf(
  { env: name, fallback, optional = false }: Setting<unknown>,
  env: Environment,
): { text: string | undefined; source: Source } {
  const file = env[`${name}_FILE`];
  if (file !== undefined && file !== '') return { text: fileText(file), source: 'file' };
  const set = env[name];
  if (set !== undefined && set !== '') return { text: set, source: 'set' };
  if (fallback !== undefined) return { text: fallback, source: 'default' };
  if (optional) return { text: undefined, source: 'unset' };
  throw new Error('is required');
}

function fileText(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new Error(`the file ${file} cannot be read (${code})`, { cause: error });
  }
  if (text === '') throw new Error(`the file ${file} is empty`);
  return text;
}

function unknownVariables(settings: Settings, env: Environment, known: readonly string[]): string[] {
  const names = new Set([...known, ...Object.values(settings).map((setting) => setting.env)]);
  return Object.keys(env)
    .filter((name) => name.startsWith('WEATHERLINE_') && !name.startsWith('WEATHERLINE_TEST_'))
    .filter((name) => !names.has(name) && !names.has(name.replace(/_FILE$/, '')))
    .map((name) => `${name}: is no setting of weatherline${nearest(name, names)}`);
}

function nearest(name: string, names: ReadonlySet<string>): string {
  const close = [...names].find((candidate) => distance(candidate, name) <= 2);
  return close === undefined ? '' : `; did you mean ${close}?`;
}

/** Levenshtein distance. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
