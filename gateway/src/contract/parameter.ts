import { distance } from '@weatherline/runtime';
import * as v from 'valibot';
import { invalidParameter, Problem } from '../http/problem.ts';

/** One parameter of a query or a path: the schema that validates it is the one that documents it. */
export type Parameter<Value> = {
  readonly description: string;
  /** Of the decoded value; its input side is what the document shows. */
  readonly schema: v.GenericSchema<unknown, Value>;
  /** From the text in the address to what the schema takes. */
  readonly decode: (text: string) => unknown;
  readonly example?: string;
};

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** What a handler gets: a value, or undefined where the address had none. */
export type ValuesOf<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer Value> ? Value | undefined : never;
};

const LONGEST = 4_000;

/** Reads a query: only known names, each once, each valid; the first that is not is told. */
export function readQuery<P extends Parameters>(search: URLSearchParams, known: P): ValuesOf<P> {
  const names = Object.keys(known);
  for (const name of search.keys()) {
    if (!names.includes(name)) throw unknownParameter(name, names);
    if (search.getAll(name).length > 1)
      throw invalidParameter(name, 'must be given once; several values are joined by commas', name);
  }
  return readAll(known, (name) => search.get(name) ?? undefined);
}

/** Reads the named pieces of a path. */
export function readPath<P extends Parameters>(pieces: Readonly<Record<string, string>>, known: P): ValuesOf<P> {
  return readAll(known, (name) => pieces[name]);
}

// The keys are those of `known` and each value is what its own schema gave: a link that the types cannot follow.
function readAll<P extends Parameters>(known: P, textOf: (name: string) => string | undefined): ValuesOf<P> {
  const values = Object.entries(known).map(([name, parameter]) => [name, readOne(name, parameter, textOf(name))]);
  return Object.fromEntries(values);
}

function readOne(name: string, { schema, decode }: Parameter<unknown>, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (text.length > LONGEST) throw invalidParameter(name, `must be at most ${LONGEST} characters long`, text);
  const result = v.safeParse(schema, decode(text));
  if (result.success) return result.output;
  throw invalidParameter(name, result.issues[0].message, text);
}

function unknownParameter(name: string, known: readonly string[]): Problem {
  const near = known.find((candidate) => distance(candidate, name) <= 2);
  const hint = near === undefined ? `known: ${known.join(', ') || 'none'}` : `did you mean ${near}?`;
  const shown = name.slice(0, 60);
  return new Problem('unknown-parameter', `there is no parameter '${shown}'; ${hint}`, {
    extra: { errors: [{ parameter: shown, detail: hint }] },
  });
}

const asNumber = (text: string): unknown => (/^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text);

/** A count of 1 or more; above the maximum it is the maximum. */
export function limit(fallback: number, max: number): Parameter<number> {
  const must = `must be a whole number from 1 to ${max}`;
  return {
    description: `How many at most; ${fallback} when not given, never more than ${max}`,
    schema: v.pipe(
      v.number(must),
      v.integer(must),
      v.minValue(1, must),
      v.transform((value) => Math.min(value, max)),
    ),
    decode: asNumber,
    example: String(fallback),
  };
}

/** The seed's `limit`: above the maximum is an error. */
export function strictLimit(max: number): Parameter<number> {
  const must = `must be a whole number from 1 to ${max}`;
  return {
    description: `How many products; 1 when not given`,
    schema: v.pipe(v.number(must), v.integer(must), v.minValue(1, must), v.maxValue(max, must)),
    decode: asNumber,
    example: '1',
  };
}

export function number(description: string, min: number, max: number): Parameter<number> {
  const must = `must be a number from ${min} to ${max}`;
  const schema = v.pipe(v.number(must), v.minValue(min, must), v.maxValue(max, must));
  return { description, schema, decode: asNumber };
}

export function whole(description: string, min: number, max: number): Parameter<number> {
  const must = `must be a whole number from ${min} to ${max}`;
  const schema = v.pipe(v.number(must), v.integer(must), v.minValue(min, must), v.maxValue(max, must));
  return { description, schema, decode: asNumber };
}

export function choice<const Value extends string>(description: string, ...values: readonly Value[]): Parameter<Value> {
  return { description, schema: v.picklist(values, `must be one of ${values.join(', ')}`), decode: (text) => text };
}

const asBoolean = (value: string): unknown => (value === 'true' ? true : value === 'false' ? false : value);

/** `true` or `false`. */
export function flag(description: string): Parameter<boolean> {
  return { description, schema: v.boolean('must be true or false'), decode: asBoolean };
}

export function word(description: string, pattern: RegExp, must: string): Parameter<string> {
  return { description, schema: v.pipe(v.string(), v.regex(pattern, must)), decode: (value) => value };
}

/** Several values joined by commas, without empty or repeated ones. */
export function list(description: string, item: RegExp, must: string, max: number): Parameter<readonly string[]> {
  const all = `must be 1 to ${max} values joined by commas; each ${must}`;
  return {
    description,
    schema: v.pipe(v.array(v.pipe(v.string(), v.regex(item, all)), all), v.minLength(1, all), v.maxLength(max, all)),
    decode: (value) => [...new Set(value.split(','))],
  };
}
