import { finding, type Check, type Finding } from '../check.ts';
import { ofKind, type KubeObject } from '../objects.ts';
import { environmentOf, podTemplates, volumesOf, type PodTemplate } from '../pods.ts';
import { quantity } from '../quantity.ts';
import { isTree, numberAt, textAt, treeAt, treesAt } from '../tree.ts';

const SECRETS_AT = '/vault/secrets';
/** What turns the proof of a server's name off, or speaks to Vault in the clear. */
const UNVERIFIED =
  /VAULT_SKIP_VERIFY|tls_skip_verify|tls_disable\s*=\s*(true|1)|http:\/\/vault|NODE_TLS_REJECT_UNAUTHORIZED/i;

/** Secrets are files in memory, never an environment, never an object of the overlay, and Vault is always asked by name. */
export const secrets: Check = {
  name: 'secrets',
  answers: ['L5', 'V2', 'V5', 'V6', 'CIS 4.4.1', 'CIS 4.4.2'],
  find: (objects) => [
    ...ofKind(objects, 'Secret').map((secret) =>
      finding(secret, 'kind', { expected: 'no Secret in an overlay', got: 'one', todo: 'put it into Vault' }),
    ),
    ...podTemplates(objects).flatMap((pod) => [...environment(pod), ...memory(pod), ...tokens(pod)]),
    ...objects.filter(({ body }) => UNVERIFIED.test(JSON.stringify(body))).map(unverified),
  ],
};

function unverified(object: KubeObject): Finding {
  const [got = ''] = UNVERIFIED.exec(JSON.stringify(object.body)) ?? [];
  const todo = 'give the client the authority that signed the certificate';
  return finding(object, '(anywhere)', { expected: 'TLS that is verified', got, todo });
}

function environment({ owner, containers }: PodTemplate): Finding[] {
  return containers.flatMap((container) => {
    const todo = 'mount it as a file and give NAME_FILE';
    const single = [...environmentOf(container)].flatMap(([name, value]) => {
      const path = `${container.path}.env[${name}]`;
      if (isTree(value) && value['secretKeyRef'] !== undefined) {
        return [finding(owner, path, { expected: 'no secret in the environment', got: 'secretKeyRef', todo })];
      }
      // A path is where a secret is, not the secret.
      const isSecret = /(KEY|PASSWORD|TOKEN|SECRET|CREDENTIAL)S?$/.test(name) && !String(value).startsWith('/');
      return isSecret ? [finding(owner, path, { expected: 'a file', got: 'a value', todo })] : [];
    });
    const whole = treesAt(container.body, 'envFrom').map((from) =>
      finding(owner, `${container.path}.envFrom`, { expected: 'nothing', got: Object.keys(from).join(', '), todo }),
    );
    return [...single, ...whole];
  });
}

/** Where secrets are written: memory, bounded, so that neither a disk nor a node's memory is filled. */
function memory({ owner, path, spec, containers }: PodTemplate): Finding[] {
  const names = new Set(
    containers.flatMap(({ body }) =>
      treesAt(body, 'volumeMounts')
        .filter(({ mountPath }) => typeof mountPath === 'string' && mountPath.replace(/\/$/, '') === SECRETS_AT)
        .map(({ name }) => String(name)),
    ),
  );
  return volumesOf(spec)
    .filter(({ name }) => names.has(name))
    .flatMap(({ name, type, source }) => {
      const isBounded = quantity(source['sizeLimit']) <= 1024 * 1024;
      if (type === 'emptyDir' && source['medium'] === 'Memory' && isBounded) return [];
      const expected = 'emptyDir {medium: Memory, sizeLimit: 1Mi}';
      return [finding(owner, `${path}.volumes[${name}]`, { expected, got: source, todo: 'keep secrets off the disk' })];
    });
}

/** Tokens that a pod projects: for an audience, and short. The API server's own is for Vault's servers and its Jobs. */
function tokens({ owner, path, spec }: PodTemplate): Finding[] {
  return volumesOf(spec).flatMap(({ name, source }) =>
    treesAt(source, 'sources')
      .filter((item) => item['serviceAccountToken'] !== undefined)
      .flatMap((item) => {
        const token = treeAt(item, 'serviceAccountToken');
        const place = `${path}.volumes[${name}].serviceAccountToken`;
        const audience = textAt(token, 'audience');
        const seconds = numberAt(token, 'expirationSeconds');
        const isForVault = audience === 'vault' && seconds === 600;
        const isForCluster = audience === undefined && owner.namespace === 'vault' && (seconds ?? 3600) <= 3600;
        if (isForVault || isForCluster) return [];
        const got = { audience, expirationSeconds: seconds };
        const expected = '{audience: vault, expirationSeconds: 600}';
        return [finding(owner, place, { expected, got, todo: 'a token for one reader, and short' })];
      }),
  );
}
