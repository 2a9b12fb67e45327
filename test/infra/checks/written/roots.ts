import { dirname } from 'node:path';
import { blocks, type Block, type HclFile } from '../hcl.ts';
import { at, isTree, textAt, texts, treesAt, type Tree } from '../tree.ts';
import { verdict } from '../rule.ts';
import { judged, type WrittenRule } from './rule.ts';

const CLOSED = new Set(['staging', 'prod', 'dr']);

/** Folders that keep a state. */
function roots(files: readonly HclFile[]): readonly string[] {
  return [...new Set(files.map(({ path }) => dirname(path)))].filter((one) =>
    /^(bootstrap|environments\/[a-z]+)$/.test(one),
  );
}

function inFolder(files: readonly HclFile[], folder: string): readonly HclFile[] {
  return files.filter(({ path }) => dirname(path) === folder);
}

/** Settings of all `terraform` blocks of a folder. */
function settings(files: readonly HclFile[], name: string): readonly Tree[] {
  return blocks(files, 'terraform', 0).flatMap(({ body }) => treesAt(body, name));
}

export const stateBackend: WrittenRule = {
  name: 'state-backend',
  asks: 'Is each state in a bucket, with a lock, and encrypted by the key of the bucket?',
  judge: (files) =>
    roots(files).map((root) => {
      const [backend] = blocks(inFolder(files, root), 'terraform', 0).flatMap(({ body }) =>
        treesAt(body, 'backend', 's3'),
      );
      if (backend === undefined) return verdict(root, 'its state is a file');
      if (backend['use_lockfile'] !== true) return verdict(root, 'two applies at once spoil its state');
      // S3's own key would be asked for, which the bucket refuses (modules/bucket, DenyOtherEncryption).
      const isOwn = backend['encrypt'] === true && backend['kms_key_id'] === undefined;
      return verdict(root, isOwn ? "it asks for S3's own key, which its bucket refuses" : undefined);
    }),
};

export const stateEncryption: WrittenRule = {
  name: 'state-encryption',
  asks: 'Does OpenTofu encrypt state and plan by a key of ours, and refuse what is not encrypted?',
  judge: (files) =>
    roots(files).map((root) => {
      const [encryption] = settings(
        inFolder(files, root).filter(({ path }) => path.endsWith('.tofu')),
        'encryption',
      );
      if (encryption === undefined) return verdict(root, 'state and plan are not encrypted');
      if (treesAt(encryption, 'key_provider', 'aws_kms', 'state').length === 0)
        return verdict(root, 'by no key of KMS');
      const open = ['state', 'plan'].filter((name) => at(encryption, name, 0, 'enforced') !== true);
      return verdict(root, open.length === 0 ? undefined : `${open.join(' and ')} may be plain`);
    }),
};

export const providers: WrittenRule = {
  name: 'providers',
  asks: 'Does each provider keep to its account, tag what it makes, and carry neither keys nor switches for tests?',
  judge: (files) =>
    judged(
      roots(files).flatMap((root) => blocks(inFolder(files, root), 'provider', 1)),
      ({ labels: [name = ''], body }) => {
        if (name !== 'aws') return `there is no need for ${name}`;
        const others = Object.keys(body).filter(
          (key) => !['alias', 'region', 'allowed_account_ids', 'default_tags'].includes(key),
        );
        if (others.length > 0) return `it sets ${others.join(', ')}`;
        if (body['allowed_account_ids'] === undefined) return 'it works in any account';
        return treesAt(body, 'default_tags').length > 0 ? undefined : 'nothing says whose it is';
      },
    ),
};

export const pins: WrittenRule = {
  name: 'pins',
  asks: 'Is AWS the only provider, bounded in every root?',
  judge: (files) =>
    blocks(files, 'terraform', 0)
      .flatMap((block) => treesAt(block.body, 'required_providers').map((body): Block => ({ ...block, body })))
      .map(({ path, body }) => {
        const names = Object.keys(body);
        if (names.join() !== 'aws') return verdict(path, `it asks for ${names.join(', ')}`);
        if (textAt(body, 'aws', 'source') !== 'hashicorp/aws') return verdict(path, 'not by the short name');
        const wanted = roots([{ path, body: {} }]).length > 0 ? '~> 5.100' : '>= 5.100.0';
        const version = textAt(body, 'aws', 'version');
        return verdict(path, version === wanted ? undefined : `version ${version} is not ${wanted}`);
      }),
};

/** What differs between environments is in their values: these are what must not be there. */
export const values: WrittenRule = {
  name: 'environment-values',
  asks: 'Is only dev open, forced, or experimented on in a way that clients would notice?',
  judge: (files) =>
    files
      .filter(({ path }) => /^environments\/[a-z]+\/terraform\.tfvars$/.test(path))
      .map(({ path, body }) => verdict(path, valuesProblem(path.split('/')[1] ?? '', body))),
};

function valuesProblem(environment: string, body: Tree): string | undefined {
  const networks = texts(at(body, 'cluster', 'api_public_cidrs'));
  if (networks.some((one) => one.endsWith('/0'))) return 'the API is open to the world';
  if (!CLOSED.has(environment)) return undefined;
  if (networks.length > 0) return `the API is public in ${environment}`;
  if (body['force_destroy'] === true) return 'what it holds is destroyed with it';
  if (environment !== 'prod') return undefined;
  if (body['chaos'] === true) return 'experiments are run in prod';
  const vault = isTree(body['vault']) ? body['vault'] : {};
  return texts(vault['deletion_roles']).length > 0 && Number(vault['lock_days']) > 0
    ? undefined
    : "Vault's key or its snapshots are deleted in passing";
}

export const ROOT_RULES: readonly WrittenRule[] = [stateBackend, stateEncryption, providers, pins, values];
