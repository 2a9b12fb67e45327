import { finding, type Check, type Finding } from '../../manifests/check.ts';
import { settingOf } from '../../manifests/mounts.ts';
import { find, type KubeObject } from '../../manifests/objects.ts';
import { podTemplates, type Container, type PodTemplate } from '../../manifests/pods.ts';
import { textAt, textsAt, treeAt, treesAt, type Tree } from '../../manifests/tree.ts';

/** Who logs in to Vault has a role of its own account and namespace, and the role lets it read what it is told to write. */
export const vaultRoles: Check = {
  name: 'vault roles',
  answers: ['V1', 'V3'],
  find: (objects) => {
    const document = configurationOf(objects);
    if (document === undefined) return [];
    return podTemplates(objects).flatMap((template) =>
      template.containers.flatMap((container) => logins(objects, template, container, document)),
    );
  },
};

/** What vault-configure makes Vault like, as its setting says. */
function configurationOf(objects: readonly KubeObject[]): Tree | undefined {
  for (const template of podTemplates(objects)) {
    for (const container of template.containers) {
      const text = settingOf(objects, template, container, 'WEATHERLINE_VAULT_CONFIGURATION');
      if (text !== undefined) return treeAt({ document: JSON.parse(text) }, 'document');
    }
  }
  return undefined;
}

function logins(
  objects: readonly KubeObject[],
  template: PodTemplate,
  container: Container,
  document: Tree,
): Finding[] {
  const { owner, spec } = template;
  const name = settingOf(objects, template, container, 'WEATHERLINE_VAULT_ROLE');
  if (name === undefined) return [];
  const role = treeAt(document, 'auth', 'kubernetes', 'roles', name);
  const path = `${container.path}.env[WEATHERLINE_VAULT_ROLE_FILE]`;
  const account = textAt(spec, 'serviceAccountName');
  const todo = "correct the role in Vault's configuration or the setting";
  const isOwn = role['serviceAccount'] === account && role['namespace'] === owner.namespace;
  const isThere = find(objects, 'ServiceAccount', account, owner.namespace) !== undefined;
  const bound =
    isOwn && isThere
      ? []
      : [
          finding(owner, path, {
            expected: `a role for ${account} in ${owner.namespace}`,
            got: { [name]: role },
            todo,
          }),
        ];
  const granted = textsAt(role, 'policies').flatMap((policy) => Object.entries(treeAt(document, 'policies', policy)));
  const readable = granted.filter(([, verbs]) => textsAt({ verbs }, 'verbs').includes('read')).map(([key]) => key);
  const unreadable = wantedBy(objects, template, container)
    .map((secret) => secret.replace('secret/', 'secret/data/'))
    .filter((secret) => !readable.some((key) => matches(key, secret)))
    .map((secret) =>
      finding(owner, path, { expected: `a policy that reads ${secret}`, got: readable.join(', '), todo }),
    );
  return [...bound, ...unreadable];
}

function wantedBy(objects: readonly KubeObject[], template: PodTemplate, container: Container): string[] {
  const text = settingOf(objects, template, container, 'WEATHERLINE_VAULT_SECRETS');
  return text === undefined ? [] : treesAt({ wanted: JSON.parse(text) }, 'wanted').map((one) => String(one['path']));
}

function matches(key: string, secret: string): boolean {
  const [before = '', after = ''] = key.split('${environment}');
  return key.includes('${environment}')
    ? secret.startsWith(before) && secret.endsWith(after) && !secret.slice(before.length, -after.length).includes('/')
    : key === secret;
}
