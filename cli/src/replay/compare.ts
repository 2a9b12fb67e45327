import { canonicalJson } from '@weatherline/events';

/** A location whose line is not the same in both, and the members that differ. */
export type Difference = { readonly location: string; readonly fields: string[] };

/**
 * Where a stored product is not what was made again: by location, in the order of its lines.
 *
 * A line that cannot be read is told by the location whose line it should have been.
 */
export function differences(stored: Uint8Array, made: Uint8Array): Difference[] {
  if (Buffer.compare(stored, made) === 0) return [];
  const [before, after] = [linesOf(stored), linesOf(made)];
  const known = new Set(before);
  const readable = new Map(before.flatMap((line) => [recordOf(line)].filter((record) => record !== undefined)));
  const found: Difference[] = [];
  const expected = new Set<string>();
  for (const line of after) {
    const [location, record] = recordOf(line) ?? [line.slice(0, 60), {}];
    expected.add(location);
    if (known.has(line)) continue;
    found.push({ location, fields: fieldsThatDiffer(readable.get(location), record) });
  }
  for (const location of readable.keys()) {
    if (!expected.has(location)) found.push({ location, fields: ['(not made again)'] });
  }
  // The same lines in another order, or with something between them.
  return found.length > 0 ? found : [{ location: '(all)', fields: ['(line order or line ends)'] }];
}

function linesOf(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes).toString('latin1');
  return text.split('\n').filter((line) => line !== '');
}

type Members = Readonly<Record<string, unknown>>;

/** Lines are compared byte for byte, one character each; only what is shown is decoded. */
function recordOf(line: string): [string, Members] | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(line, 'latin1').toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('location_id' in parsed)) return undefined;
    return [String(parsed.location_id), Object.fromEntries(Object.entries(parsed))];
  } catch {
    return undefined;
  }
}

function fieldsThatDiffer(stored: Members | undefined, made: Members): string[] {
  if (stored === undefined) return ['(no such line)'];
  const names = [...new Set([...Object.keys(stored), ...Object.keys(made)])].toSorted();
  const differing = names.flatMap((name) => membersThatDiffer(name, stored[name], made[name]));
  return differing.length > 0 ? differing : ['(bytes only)'];
}

/** One level deep: `derived.dew_point` says more than `derived`. */
function membersThatDiffer(name: string, stored: unknown, made: unknown): string[] {
  if (textOf(stored) === textOf(made)) return [];
  if (!isObject(stored) || !isObject(made)) return [name];
  const members = [...new Set([...Object.keys(stored), ...Object.keys(made)])].toSorted();
  return members
    .filter((member) => textOf(Reflect.get(stored, member)) !== textOf(Reflect.get(made, member)))
    .map((member) => `${name}.${member}`);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return value === undefined ? '' : canonicalJson(value);
}
