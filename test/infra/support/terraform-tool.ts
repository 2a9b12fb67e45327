import { accessSync, constants, existsSync, globSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A program that speaks HCL, and where its providers are. */
export type TerraformTool = {
  readonly command: string;
  /** The folder that holds `registry.terraform.io/hashicorp/aws`. */
  readonly mirror: string;
};

/** Says where the mirror is, for machines that have it somewhere else. */
export const MIRROR_VARIABLE = 'WEATHERLINE_TEST_TERRAFORM_MIRROR';

const PROVIDER = join('registry.terraform.io', 'hashicorp', 'aws');

/** The tool of this machine, or why there is none. */
export function findTerraform(env: NodeJS.ProcessEnv = process.env): TerraformTool | string {
  const command = ['tofu', 'terraform'].flatMap((name) => onPath(name, env)).at(0);
  if (command === undefined) return 'neither tofu nor terraform is installed';
  const mirror = mirrors(env).find((folder) => existsSync(join(folder, PROVIDER)));
  if (mirror === undefined) return `no mirror of the provider hashicorp/aws is found; ${MIRROR_VARIABLE} can name one`;
  return { command, mirror };
}

function onPath(name: string, { PATH = '' }: NodeJS.ProcessEnv): string[] {
  return PATH.split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .filter((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** What is named first; then the places that Terraform looks at by itself; then where images put what they bring. */
function mirrors(env: NodeJS.ProcessEnv): string[] {
  const named = [env[MIRROR_VARIABLE], ...configured(env), env['TF_PLUGIN_CACHE_DIR']];
  const data = [env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share'), ...dataFolders(env)];
  return [
    ...named.filter((folder) => folder !== undefined && folder !== ''),
    join(homedir(), '.terraform.d/plugins'),
    ...data.map((folder) => join(folder, 'terraform/plugins')),
    ...globSync('/{opt,srv,usr/lib,usr/local/lib}/*/registry.terraform.io').map((folder) => join(folder, '..')),
  ].flatMap((folder) => folder ?? []);
}

function dataFolders({ XDG_DATA_DIRS = '/usr/local/share:/usr/share' }: NodeJS.ProcessEnv): string[] {
  return XDG_DATA_DIRS.split(delimiter);
}

/** The mirrors of the configuration that the shell uses, when it has one. */
function configured({ TF_CLI_CONFIG_FILE = join(homedir(), '.terraformrc') }: NodeJS.ProcessEnv): string[] {
  if (!existsSync(TF_CLI_CONFIG_FILE)) return [];
  const text = readFileSync(TF_CLI_CONFIG_FILE, 'utf8');
  return [...text.matchAll(/filesystem_mirror\s*\{[^}]*?\bpath\s*=\s*"([^"]+)"/g)].map(([, path = '']) => path);
}
