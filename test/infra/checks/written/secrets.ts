import { blocks } from '../hcl.ts';
import { at, isTree, textAt } from '../tree.ts';
import { looksSecret } from './secret-texts.ts';
import { judged, type WrittenRule } from './rule.ts';

/** Names that a secret would have. `kms_key_arn` is the name of a key, not a key. */
const SECRET_NAME =
  /(^|_)(passwords?|passwd|passphrase|secrets?|tokens?|credentials?|private_key|access_key|secret_key|api_?key|webhook_url|client_secret|license_key)(_|$)/i;

/** What writes a secret into the state, or reads one into it. */
export const SECRET_TYPES = new Set([
  'aws_db_instance',
  'aws_ecr_authorization_token',
  'aws_eks_cluster_auth',
  'aws_iam_access_key',
  'aws_iam_user',
  'aws_iam_user_login_profile',
  'aws_key_pair',
  'aws_kms_ciphertext',
  'aws_kms_secrets',
  'aws_msk_scram_secret_association',
  'aws_secretsmanager_secret',
  'aws_secretsmanager_secret_version',
  'random_bytes',
  'random_password',
  'random_string',
  'tls_private_key',
  'tls_self_signed_cert',
  'vault_generic_secret',
]);

export const secretTypes: WrittenRule = {
  name: 'secret-types',
  asks: 'Does nothing make a secret, or read one into the state?',
  judge: (files) =>
    ['resource', 'data', 'ephemeral'].flatMap((kind) =>
      judged(blocks(files, kind, 2), ({ labels: [type = ''], body }) => {
        if (SECRET_TYPES.has(type)) return `${type} would be in the state`;
        return type === 'aws_ssm_parameter' && body['type'] === 'SecureString' ? 'a secret parameter' : undefined;
      }),
    ),
};

export const secretNames: WrittenRule = {
  name: 'secret-names',
  asks: 'Takes no variable, and gives no output, what is called a secret?',
  judge: (files) =>
    ['variable', 'output'].flatMap((kind) =>
      judged(blocks(files, kind, 1), ({ labels: [name = ''], body }) => {
        if (SECRET_NAME.test(name)) return `${kind} ${name} has the name of a secret`;
        // The attributes of an object have names as well.
        const attributes = [...textAt(body, 'type').matchAll(/(\w+)\s*=/g)].map(([, attribute = '']) => attribute);
        const secret = attributes.find((attribute) => SECRET_NAME.test(attribute));
        return secret === undefined ? undefined : `${kind} ${name} holds ${secret}`;
      }),
    ),
};

export const nothingSensitive: WrittenRule = {
  name: 'nothing-sensitive',
  asks: 'Is nothing marked as sensitive, since nothing is?',
  judge: (files) =>
    ['variable', 'output'].flatMap((kind) =>
      judged(blocks(files, kind, 1), ({ labels: [name = ''], body }) =>
        at(body, 'sensitive') === undefined && at(body, 'ephemeral') === undefined
          ? undefined
          : `${kind} ${name} is marked: what has to be hidden does not belong here`,
      ),
    ),
};

export const secretTexts: WrittenRule = {
  name: 'secret-texts',
  asks: 'Has no file a text in it that looks like a secret?',
  judge: (files) =>
    files.map(({ path, body }) => {
      const found = textsIn(body).flatMap((text) => looksSecret(text) ?? []);
      return found.length === 0 ? { address: path } : { address: path, problem: found.join(', ') };
    }),
};

/** Every text in a value, at any depth. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isTree(value) ? Object.values(value).flatMap(textsIn) : [];
}

export const SECRET_RULES: readonly WrittenRule[] = [secretTypes, secretNames, nothingSensitive, secretTexts];
