import { COMMON, httpUrl, oneOf, type Setting } from '@weatherline/runtime';
import { vaultAddress, VAULT_SETTINGS } from '../settings.ts';
import { parseDocument } from './configuration.ts';

const { address, ca, role, mount, jwt, logLevel } = VAULT_SETTINGS;

/** What all three read. */
const VAULT = {
  address,
  ca,
  timeoutMs: { ...VAULT_SETTINGS.timeoutMs, doc: 'How long it waits for a Vault that does not answer or is sealed' },
  logLevel,
};

function addresses(text: string): readonly string[] {
  // A setting that comes from a file cannot be empty.
  if (text.trim() === 'none') return [];
  return text.split(',').map((one) => vaultAddress(one.trim()));
}

/** What `initialise` reads. */
export const INITIALISE_SETTINGS = {
  ...VAULT,
  peers: {
    env: 'WEATHERLINE_VAULT_PEERS',
    doc: 'The addresses of the other nodes, separated by commas, or none: when one of them is initialised, nothing is done',
    optional: true,
    parse: addresses,
  },
  recoveryKeys: {
    env: 'WEATHERLINE_VAULT_RECOVERY_PGP_KEYS',
    doc: 'The directory with the public PGP keys, armored, of the five people who each get a share of the recovery key: one file for each, named after its holder',
    parse: String,
  },
  rootKey: {
    env: 'WEATHERLINE_VAULT_ROOT_PGP_KEY',
    doc: 'The public PGP key, armored, that the root token is encrypted for; by WEATHERLINE_VAULT_ROOT_PGP_KEY_FILE',
    parse: String,
  },
} as const satisfies Record<string, Setting<unknown>>;

const LOGIN = { role, mount, jwt };

/** What `configure` reads. */
export const CONFIGURE_SETTINGS = {
  ...VAULT,
  ...LOGIN,
  document: {
    env: 'WEATHERLINE_VAULT_CONFIGURATION',
    doc: 'What Vault is to be like: audit devices, mounts, auth methods with their roles, policies, as JSON',
    parse: parseDocument,
  },
  environment: {
    env: 'WEATHERLINE_VAULT_ENVIRONMENT',
    doc: 'Takes the place of ${environment} in the configuration: dev, staging, prod, dr',
    parse: (text: string) => {
      if (!/^[a-z][a-z0-9-]*$/.test(text)) throw new RangeError(`expected a name of small letters, got '${text}'`);
      return text;
    },
  },
  rootToken: {
    env: 'WEATHERLINE_VAULT_ROOT_TOKEN_PATH',
    doc: "A file with the root token, which the first run needs and ends. Where no file is, it logs in with its service account's token",
    optional: true,
    parse: String,
  },
} as const satisfies Record<string, Setting<unknown>>;

/** What `snapshot` reads. */
export const SNAPSHOT_SETTINGS = {
  ...VAULT,
  ...LOGIN,
  schedule: {
    ...COMMON.schedule,
    env: 'WEATHERLINE_VAULT_SNAPSHOT_SCHEDULE',
    doc: 'When snapshots are due, as a UTC cron expression: one is named from the instant that it was due, not from the clock',
    fallback: '0 * * * *',
  },
  bucket: { env: 'WEATHERLINE_VAULT_SNAPSHOT_BUCKET', doc: 'The bucket of snapshots', parse: String },
  prefix: {
    env: 'WEATHERLINE_VAULT_SNAPSHOT_PREFIX',
    doc: 'What the keys of snapshots begin with',
    fallback: 'vault-snapshots',
    parse: (text: string) => text.replace(/\/+$/, ''),
  },
  directory: {
    env: 'WEATHERLINE_VAULT_SNAPSHOT_DIRECTORY',
    doc: 'Where a snapshot lies until it has been checked to its end',
    fallback: '/tmp',
    parse: String,
  },
  region: {
    env: 'WEATHERLINE_S3_REGION',
    doc: 'The region of the bucket. Default: AWS_REGION, which the cluster sets',
    optional: true,
    parse: String,
  },
  endpoint: {
    env: 'WEATHERLINE_S3_ENDPOINT',
    doc: 'The address of a server other than AWS',
    optional: true,
    parse: httpUrl,
  },
  pathStyle: {
    env: 'WEATHERLINE_S3_PATH_STYLE',
    doc: 'true = the bucket goes into the path, as most servers other than AWS need it',
    fallback: 'false',
    parse: (text: string) => oneOf('true', 'false')(text) === 'true',
  },
} as const satisfies Record<string, Setting<unknown>>;

/** Every setting that some mode reads, each once. */
export const ADMIN_SETTINGS: readonly Setting<unknown>[] = [
  ...new Map(
    [INITIALISE_SETTINGS, CONFIGURE_SETTINGS, SNAPSHOT_SETTINGS]
      .flatMap((table): Setting<unknown>[] => Object.values(table))
      .map((setting) => [setting.env, setting]),
  ).values(),
];
