import { at, isTree, textAt, texts, treesAt, type Tree } from './tree.ts';

/** A resource as it is planned or applied. What a plan does not know yet is not among its values; what is not set is null. */
export type Resource = {
  readonly address: string;
  /** The address of the module in which it stands; '' is the root. */
  readonly module: string;
  readonly type: string;
  readonly values: Tree;
};

export type World = {
  /** dev, staging, prod, dr or global; 'any' where modules stand alone. */
  readonly environment: string;
  readonly resources: readonly Resource[];
  /** What is only read: a plan keeps it apart. */
  readonly read: readonly Resource[];
};

/** What `show -json` says of a plan or of a state. */
export function worldOf(shown: unknown, environment: string): World {
  const root = at(shown, 'planned_values', 'root_module') ?? at(shown, 'values', 'root_module');
  if (!isTree(root)) throw new Error('neither a plan nor a state');
  const before = at(shown, 'prior_state', 'values', 'root_module') ?? root;
  const read = isTree(before) ? resourcesOf(before, 'data') : [];
  return { environment, resources: resourcesOf(root, 'managed'), read };
}

function resourcesOf(module: Tree, mode: 'managed' | 'data'): Resource[] {
  const path = textAt(module, 'address');
  const own = treesAt(module, 'resources')
    .filter((one) => one['mode'] === mode)
    .map((one) => {
      const values = at(one, 'values');
      const named = { address: textAt(one, 'address'), type: textAt(one, 'type') };
      return { ...named, module: path, values: isTree(values) ? values : {} };
    });
  return [...own, ...treesAt(module, 'child_modules').flatMap((one) => resourcesOf(one, mode))];
}

/** The part of a world that stands in one module, and in those below it. */
export function within({ environment, resources, read }: World, module: string): World {
  const isIn = (one: Resource): boolean =>
    one.module === module || [`${module}.`, `${module}[`].some((start) => one.module.startsWith(start));
  return { environment, resources: resources.filter(isIn), read: read.filter(isIn) };
}

export function ofType({ resources }: World, ...types: readonly string[]): readonly Resource[] {
  return resources.filter(({ type }) => types.includes(type));
}

/** What stands beside a resource: modules here make one thing, so what belongs together is in one. */
export function beside(world: World, { module }: Resource, type: string): readonly Resource[] {
  return ofType(world, type).filter((one) => one.module === module);
}

/** Whether it has a value, be it one that only the apply will know. */
export function isSet(values: Tree, name: string): boolean {
  return !(name in values) || (values[name] !== null && values[name] !== '');
}

export type Statement = {
  readonly sid: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principal: unknown;
  readonly condition: Tree;
};

export type Kind = 'identity' | 'trust' | 'resource';
export type Document = { readonly of: Resource; readonly kind: Kind; readonly statements: readonly Statement[] };

const DOCUMENTS: Readonly<Record<string, readonly [attribute: string, kind: Kind]>> = {
  aws_ecr_repository_policy: ['policy', 'resource'],
  aws_iam_policy: ['policy', 'identity'],
  aws_iam_role: ['assume_role_policy', 'trust'],
  aws_iam_role_policy: ['policy', 'identity'],
  aws_kms_key: ['policy', 'resource'],
  aws_s3_bucket_policy: ['policy', 'resource'],
  aws_sns_topic_policy: ['policy', 'resource'],
  aws_sqs_queue_policy: ['policy', 'resource'],
};

/** Every IAM document that is known, decoded. */
export function documents(world: World, ...kinds: readonly Kind[]): readonly Document[] {
  return world.resources.flatMap((resource) => {
    const [attribute, kind] = DOCUMENTS[resource.type] ?? [];
    const text = attribute === undefined ? undefined : resource.values[attribute];
    if (kind === undefined || !kinds.includes(kind) || typeof text !== 'string') return [];
    return [{ of: resource, kind, statements: statementsOf(text) }];
  });
}

export function statementsOf(text: string): readonly Statement[] {
  const document: unknown = JSON.parse(text);
  const found = at(document, 'Statement');
  return (Array.isArray(found) ? found : [found]).filter(isTree).map((one) => ({
    sid: textAt(one, 'Sid'),
    effect: textAt(one, 'Effect'),
    actions: texts(one['Action']),
    resources: texts(one['Resource']),
    principal: one['Principal'],
    condition: isTree(one['Condition']) ? one['Condition'] : {},
  }));
}
