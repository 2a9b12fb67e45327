import * as v from 'valibot';

/** What a state holds of one resource. */
export type StateResource = {
  readonly address: string;
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
};

type Module = {
  readonly resources?: readonly (StateResource & { readonly mode: string })[] | undefined;
  readonly child_modules?: readonly Module[] | undefined;
};

const Resource = v.object({
  address: v.string(),
  mode: v.string(),
  type: v.string(),
  values: v.record(v.string(), v.unknown()),
});
const Module: v.GenericSchema<unknown, Module> = v.object({
  resources: v.optional(v.array(Resource)),
  child_modules: v.optional(v.array(v.lazy(() => Module))),
});
const Shown = v.object({ values: v.optional(v.object({ root_module: Module })) });

/** Everything that is managed, of `show -json`. */
export function resourcesOf(shown: unknown): readonly StateResource[] {
  const { values } = v.parse(Shown, shown);
  return values === undefined ? [] : flat(values.root_module);
}

function flat({ resources = [], child_modules = [] }: Module): readonly StateResource[] {
  return [...resources.filter(({ mode }) => mode === 'managed'), ...child_modules.flatMap(flat)];
}
