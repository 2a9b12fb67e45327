import { plainLine } from '../plain-text.ts';
import { KEYS, type Key, type Place } from './keys.ts';

/** The one output of an environment that is for the manifests. */
export const OUTPUT = 'cluster_config';

export type Values = ReadonlyMap<string, string>;
export type ReadOutputs =
  | { readonly values: Values; readonly problems: readonly [] }
  | { readonly values?: never; readonly problems: readonly string[] };

/** What cannot be in a repository, whatever its name is. It is never shown either. */
const SECRET =
  /PRIVATE KEY|\b(AKIA|ASIA)[0-9A-Z]{16}\b|\beyJ[\w-]+\.[\w-]+\.|\bhv[sbr]\.[\w-]{20,}|\bgh[pousr]_\w{20,}|^[A-Za-z0-9/+]{40}$|\b(password|passwd|secret|token|api_?key)=|:\/\/[^/\s:]+:[^/\s@]+@/i;

/** Reads all outputs as `tofu output -json` prints them; names all that is wrong with those for the manifests. */
export function readOutputs(text: string): ReadOutputs {
  if (text.trim() === '') return wrong('the text is empty: expected what tofu output -json prints');
  const outputs = objectOf(parseJson(text));
  if (outputs === undefined) return wrong('expected one JSON object, what tofu output -json prints');
  const output = objectOf(outputs.get(OUTPUT));
  if (output === undefined) return wrong(missing(outputs));
  // A sensitive output holds something secret: not even its names are looked at.
  if (output.get('sensitive') !== false) {
    return wrong(`${OUTPUT}.sensitive: expected false, got ${kindOf(output.get('sensitive'))}: it goes into a file`);
  }
  const members = objectOf(output.get('value'));
  if (members === undefined) {
    return wrong(`${OUTPUT}.value: expected an object of texts, got ${kindOf(output.get('value'))}`);
  }
  return readValues(members);
}

function missing(outputs: ReadonlyMap<string, unknown>): string {
  if (KEYS.some(({ name }) => outputs.has(name))) {
    return `expected all outputs, got the value of one: tofu output -json, without ${OUTPUT}`;
  }
  const names = [...outputs.keys()].slice(0, 10).map((name) => plainLine(name, 60));
  return names.length === 0
    ? `${OUTPUT}: expected this output, got none at all: is the environment applied?`
    : `${OUTPUT}: expected this output, got ${names.join(', ')}: a region that is cold has none`;
}

function readValues(members: ReadonlyMap<string, unknown>): ReadOutputs {
  const texts = new Map([...members].filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  const known = new Set(KEYS.map(({ name }) => name));
  const unknown = [...members.keys()].filter((name) => !known.has(name));
  const place: Place = {
    environment: texts.get('ENVIRONMENT') ?? '',
    account: texts.get('AWS_ACCOUNT_ID') ?? '',
    region: texts.get('AWS_REGION') ?? '',
    others: texts,
  };
  const [first, rest] = [KEYS.filter(isOfPlace), KEYS.filter((key) => !isOfPlace(key))];
  const problems = first.flatMap((key) => check(key, members, place));
  // What depends on a place that is wrong would only be wrong for that.
  if (problems.length === 0) problems.push(...rest.flatMap((key) => check(key, members, place)));
  problems.push(
    ...unknown.map((name) => `${OUTPUT}.${plainLine(name, 60)}: expected no such name: no manifest reads it`),
  );
  return problems.length === 0 ? { values: texts, problems: [] } : { problems };
}

function isOfPlace({ name }: Key): boolean {
  return ['ENVIRONMENT', 'AWS_ACCOUNT_ID', 'AWS_REGION'].includes(name);
}

function check(key: Key, members: ReadonlyMap<string, unknown>, place: Place): string[] {
  const value = members.get(key.name);
  if (value === undefined && key.isOptional === true) return [];
  if (typeof value === 'string' && !SECRET.test(value) && key.accepts(value, place)) return [];
  return [`${OUTPUT}.${key.name}: expected ${key.expected(place)}, got ${kindOf(value)}`];
}

/** What stands there instead, as far as it can be shown. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value !== 'string') return Array.isArray(value) ? 'a list' : 'an object';
  if (SECRET.test(value)) return 'what looks like a secret (hidden)';
  return value === '' ? 'an empty text' : plainLine(value, 100);
}

function wrong(problem: string): ReadOutputs {
  return { problems: [problem] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map<string, unknown>(Object.entries(value));
}
