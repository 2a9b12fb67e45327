/** What is delivered as an image of its own, named `weatherline/NAME`. */
export type Component = {
  readonly name: string;
  /** Where it starts. */
  readonly main: string;
  /** The workspace package whose production dependencies it may hold. */
  readonly package: string;
  readonly what: string;
};

export const COMPONENTS: readonly Component[] = [
  {
    name: 'fetch',
    main: 'functions/fetch/main.ts',
    package: '@weatherline/fetch',
    what: 'asks providers for readings',
  },
  {
    name: 'transform',
    main: 'functions/transform/main.ts',
    package: '@weatherline/transform',
    what: 'makes records of readings',
  },
  { name: 'upload', main: 'functions/upload/main.ts', package: '@weatherline/upload', what: 'stores products' },
  { name: 'gateway', main: 'gateway/main.ts', package: '@weatherline/gateway', what: 'serves products over HTTP' },
  { name: 'cli', main: 'cli/src/main.ts', package: '@weatherline/cli', what: 'triggers runs, and serves operators' },
  {
    name: 'secrets-init',
    main: 'packages/secrets-init/main.ts',
    package: '@weatherline/secrets-init',
    what: 'writes secrets from Vault into files',
  },
  {
    name: 'vault-admin',
    main: 'packages/secrets-init/admin.ts',
    package: '@weatherline/secrets-init',
    what: 'initialises, configures and saves Vault',
  },
];

/** The components of these names; of none, all. Throws for a name that there is not. */
export function componentsNamed(names: readonly string[]): readonly Component[] {
  const unknown = names.find((name) => !COMPONENTS.some((component) => component.name === name));
  if (unknown !== undefined) {
    throw new Error(`there is no image ${unknown}; there are ${COMPONENTS.map(({ name }) => name).join(', ')}`);
  }
  return names.length === 0 ? COMPONENTS : COMPONENTS.filter(({ name }) => names.includes(name));
}
