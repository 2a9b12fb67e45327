/** An object of JSON whose members are still to be looked at. */
export type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the text says if it is an object of JSON, else an empty one: half of AWS's protocols send something else. */
export function parseObject(text: string): Json {
  try {
    const parsed: unknown = JSON.parse(text);
    return objectOf(parsed);
  } catch {
    return {};
  }
}

export function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Those of its members that are there. */
export function pick(value: Json, names: readonly string[]): Json {
  return Object.fromEntries(names.filter((name) => value[name] !== undefined).map((name) => [name, value[name]]));
}

/** Everything but these members. */
export function omit(value: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}
