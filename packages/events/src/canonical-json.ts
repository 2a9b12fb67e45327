/**
 * Canonical JSON (RFC 8785): members sorted by UTF-16 code units, no white space, ECMAScript numbers.
 *
 * Undefined members are left out, as JSON.stringify does; a number that is not finite is an error, never null.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`${value} has no JSON form`);
    return String(value);
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  return Array.isArray(value) ? arrayText(value) : objectText(value);
}

function arrayText(items: readonly unknown[]): string {
  let text = '';
  for (const item of items) text += `${text === '' ? '' : ','}${canonicalJson(item)}`;
  return `[${text}]`;
}

// Every record of every product passes here: one string grows, and names are quoted once.
function objectText(value: object): string {
  let text = '';
  for (const name of Object.keys(value).toSorted()) {
    const member: unknown = Reflect.get(value, name);
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${quoted(name)}${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

const MAX_NAMES = 1000;
const names = new Map<string, string>();

function quoted(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  const text = `${JSON.stringify(name)}:`;
  // Names of somebody else's making must not fill the memory.
  if (names.size < MAX_NAMES) names.set(name, text);
  return text;
}
