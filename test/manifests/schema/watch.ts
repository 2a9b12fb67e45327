/**
 * The schemas come compiled, without a list of their fields. But a compiled schema reads each field that it knows, and nothing
 * else: so the fields that nobody has read while a value was validated are those that the schema does not know.
 */
type Watched = { readonly path: string; readonly value: object; readonly read: Set<string> };

export type Watch = {
  /** The value to validate. */
  readonly value: unknown;
  /** The paths of fields that nothing has read. */
  readonly unread: () => string[];
  /** Has anything looked at the value at all? */
  readonly isRead: () => boolean;
};

export function watch(root: unknown): Watch {
  const seen: Watched[] = [];
  return {
    value: watched(root, '', seen),
    unread: () => seen.flatMap(unreadIn),
    isRead: () => (seen[0]?.read.size ?? 0) > 0,
  };
}

function watched(value: unknown, path: string, seen: Watched[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const read = new Set<string>();
  seen.push({ path, value, read });
  const inner = new Map<string, unknown>();
  return new Proxy(value, {
    get(target, key, receiver) {
      const found: unknown = Reflect.get(target, key, receiver);
      if (typeof key === 'symbol') return found;
      read.add(key);
      if (!Object.hasOwn(target, key)) return found;
      const place = Array.isArray(target) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
      if (!inner.has(key)) inner.set(key, watched(found, place, seen));
      return inner.get(key);
    },
  });
}

function unreadIn({ path, value, read }: Watched): string[] {
  // An object of which not one field was asked for is free of form: the schema says no more than that it is an object.
  if (Array.isArray(value) || read.size === 0) return [];
  return Object.keys(value)
    .filter((key) => !read.has(key))
    .map((key) => (path === '' ? key : `${path}.${key}`));
}
