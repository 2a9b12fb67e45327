export type Capability = 'create' | 'read' | 'update' | 'patch' | 'delete' | 'list' | 'sudo' | 'deny';
export type PathRule = { readonly path: string; readonly capabilities: readonly Capability[] };

const CAPABILITIES: readonly Capability[] = ['create', 'read', 'update', 'patch', 'delete', 'list', 'sudo', 'deny'];

/** What every token may do unless its role says `token_no_default_policy`. */
export const DEFAULT_POLICY = `
path "auth/token/lookup-self" { capabilities = ["read"] }
path "auth/token/renew-self" { capabilities = ["update"] }
path "auth/token/revoke-self" { capabilities = ["update"] }
`;

/** Reads the path blocks of a policy in HCL; comments and other attributes are passed over. */
export function parsePolicy(text: string): readonly PathRule[] {
  const bare = text.replaceAll(/^\s*(#|\/\/).*$/gm, '');
  return [...bare.matchAll(/path\s+"([^"]+)"\s*\{([^}]*)\}/g)].map(([, path = '', inner = '']) => {
    const [, list = ''] = /capabilities\s*=\s*\[([^\]]*)\]/.exec(inner) ?? [];
    const named = new Set([...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name));
    return { path, capabilities: CAPABILITIES.filter((capability) => named.has(capability)) };
  });
}

/** What rules allow on a path: those of the highest-priority pattern alone, united over the policies; `deny` wins. */
export function capabilitiesOn(path: string, rules: readonly PathRule[]): ReadonlySet<Capability> {
  const matching = rules.filter((rule) => matches(rule.path, path)).toSorted(byPriority);
  const best = matching[0]?.path;
  const granted = new Set(matching.filter((rule) => rule.path === best).flatMap(({ capabilities }) => capabilities));
  return granted.has('deny') ? new Set() : granted;
}

function matches(pattern: string, path: string): boolean {
  const isPrefix = pattern.endsWith('*');
  const wanted = (isPrefix ? pattern.slice(0, -1) : pattern).split('/');
  const given = path.split('/');
  if (isPrefix ? given.length < wanted.length : given.length !== wanted.length) return false;
  return wanted.every((segment, at) => {
    const isLast = at === wanted.length - 1;
    if (segment === '+') return true;
    return isPrefix && isLast ? (given[at] ?? '').startsWith(segment) : segment === given[at];
  });
}

/** Vault's order: a later first wildcard, no `*` at the end, fewer `+`, longer, greater. */
function byPriority({ path: a }: PathRule, { path: b }: PathRule): number {
  const [x, y] = [firstWildcard(a), firstWildcard(b)];
  if (x !== y) return x > y ? -1 : 1;
  if (a.endsWith('*') !== b.endsWith('*')) return a.endsWith('*') ? 1 : -1;
  return plus(a) - plus(b) || b.length - a.length || (a < b ? 1 : -1);
}

function firstWildcard(path: string): number {
  const at = path.search(/\+|\*$/);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

function plus(path: string): number {
  return path.split('+').length;
}
