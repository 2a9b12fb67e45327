import { beside, documents, ofType, type Resource, type Statement, type World } from '../facts.ts';
import { at, textAt, texts, type Tree } from '../tree.ts';

/** What a role may do, without what differs between environments. What it is refused only takes away. */
export type Permission = {
  readonly actions: readonly string[];
  readonly on: readonly string[];
  readonly when?: Tree;
};

export type RoleRights = {
  readonly role: string;
  readonly address: string;
  readonly permissions: readonly Permission[];
};

/** What each role may do by documents of its own. A role of which one is not known yet is left out. */
export function rightsOfRoles(world: World): readonly RoleRights[] {
  const named = plain(keysOf(world));
  const known = new Map(documents(world, 'identity').map((document) => [document.of.address, document]));
  const policies = ofType(world, 'aws_iam_role_policy').map((policy) => ({ policy, role: roleOf(world, policy) }));
  return [...Map.groupBy(policies, ({ role }) => role)].flatMap(([role, all]) => {
    const found = all.flatMap(({ policy }) => known.get(policy.address) ?? []);
    if (found.length < all.length) return [];
    const permissions = found.flatMap(({ statements }) =>
      statements.filter(({ effect }) => effect !== 'Deny').map((one) => permissionOf(one, named)),
    );
    const address = found[0]?.of.address ?? '';
    return [{ role: named(role).replace(/^weatherline-(ENV-)?/, ''), address, permissions }];
  });
}

function permissionOf({ actions, resources, condition }: Statement, named: (text: string) => string): Permission {
  const when: Tree = JSON.parse(named(JSON.stringify(condition)));
  const what = { actions: actions.toSorted(), on: resources.map(named).toSorted() };
  return Object.keys(when).length > 0 ? { ...what, when } : what;
}

/** In an applied world the policy names its role; in a plan it stands beside it, under the same name. */
function roleOf(world: World, policy: Resource): string {
  const [named] = texts(policy.values['role']);
  if (named !== undefined) return named;
  const roles = beside(world, policy, 'aws_iam_role');
  const same = policy.address.replace('.aws_iam_role_policy.', '.aws_iam_role.');
  const chosen = [same, same.replace(/\[[^\]]*\]$/, '')].flatMap((address) =>
    roles.filter((one) => one.address === address),
  );
  return textAt((chosen[0] ?? roles[0])?.values, 'name');
}

/** The names of keys by their ids: an alias says what a key is for. */
function keysOf(world: World): ReadonlyMap<string, string> {
  return new Map(
    [...ofType(world, 'aws_kms_alias'), ...world.read.filter(({ type }) => type === 'aws_kms_alias')].map(
      ({ values }) => [
        textAt(values, 'target_key_id'),
        textAt(values, 'name').replace(/^alias\/weatherline-(?:[a-z]+-)?/, ''),
      ],
    ),
  );
}

function plain(keys: ReadonlyMap<string, string>): (text: string) => string {
  return (text) =>
    text
      .replaceAll(/:key\/([\w-]+)/g, (_, id: string) => `:key/${keys.get(id) ?? (/^[a-z-]+$/.test(id) ? id : 'OTHER')}`)
      .replaceAll(/\/[\da-f]{8}-[\da-f-]{27}(?:-\d+)?(?=[/"]|$)/g, '/UUID')
      .replaceAll(/(?<!\d)\d{12}(?!\d)/g, 'ACCOUNT')
      .replaceAll(/\bus-(?:east|west)-\d\b/g, 'REGION')
      .replaceAll(/weatherline-(?:any|dev|staging|prod|dr)\b/g, 'weatherline-ENV')
      .replaceAll(/(?<=["/])(?:any|dev|staging|prod|dr)\//g, 'ENV/')
      .replaceAll(/hostedzone\/[A-Z\d]+/g, 'hostedzone/ZONE')
      .replaceAll(/weather(?:\.\w+)?\.example\.com/g, 'DOMAIN')
      .replaceAll('arn:aws:', '')
      .replaceAll('REGION:ACCOUNT:', '')
      .replaceAll('weatherline-ENV/UUID', 'CLUSTER');
}

/** One text for one permission, however it was written. */
export function canonical({ actions, on, when }: Permission): string {
  return JSON.stringify([actions.toSorted(), on.toSorted(), sorted(when ?? {})]);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((name) => [name, sorted(at(value, name))]),
  );
}
