import { canonical, rightsOfRoles, type Permission } from '../permissions/canonical.ts';
import { PERMISSIONS, WITH_MSK } from '../permissions/table.ts';
import { verdict, type Rule } from '../rule.ts';

export const permissions: Rule = {
  name: 'permissions',
  asks: 'May each role do what the table says, nothing else and nothing less?',
  judge: (world) =>
    rightsOfRoles(world).map(({ role, address, permissions: found }) => verdict(address, difference(role, found))),
};

function difference(role: string, found: readonly Permission[]): string | undefined {
  const own = PERMISSIONS[role];
  const msk = WITH_MSK[role] ?? [];
  if (own === undefined && msk.length === 0) return `the table has no role ${role}`;
  const is = found.map(canonical);
  // A role that uses MSK carries all that it needs there.
  const uses = msk.some((one) => is.includes(canonical(one)));
  const meant = [...(own ?? []), ...(uses ? msk : [])].map(canonical);
  const more = is.filter((one) => !meant.includes(one));
  const less = meant.filter((one) => !is.includes(one));
  if (more.length === 0 && less.length === 0) return undefined;
  return `more: ${more.join(' ') || 'nothing'}; less: ${less.join(' ') || 'nothing'}`;
}
