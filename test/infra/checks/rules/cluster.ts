import { isSet, ofType } from '../facts.ts';
import { each, type Rule } from '../rule.ts';
import { at, texts, treesAt } from '../tree.ts';

const CLOSED = new Set(['staging', 'prod', 'dr']);
const WORLD = /\/0$/;

export const apiEndpoint: Rule = {
  name: 'api-endpoint',
  asks: 'Is the API private, or in dev open to named networks at most?',
  judge: (world) =>
    each(ofType(world, 'aws_eks_cluster'), ({ values }) => {
      const config = at(values, 'vpc_config', 0);
      const networks = texts(at(config, 'public_access_cidrs'));
      if (at(config, 'endpoint_private_access') !== true) return 'nodes reach the API over the internet';
      if (at(config, 'endpoint_public_access') === false) return undefined;
      if (CLOSED.has(world.environment)) return `the API is public in ${world.environment}`;
      return networks.length === 0 || networks.some((one) => WORLD.test(one))
        ? 'the API is open to the world'
        : undefined;
    }),
};

export const accessEntries: Rule = {
  name: 'access-entries',
  asks: 'Do access entries alone let in, and gives making the cluster no access?',
  judge: (world) => [
    ...each(ofType(world, 'aws_eks_cluster'), ({ values }) => {
      const config = at(values, 'access_config', 0);
      if (at(config, 'authentication_mode') !== 'API') return 'aws-auth lets in as well';
      return at(config, 'bootstrap_cluster_creator_admin_permissions') === false
        ? undefined
        : 'who makes the cluster is its administrator';
    }),
    ...each(ofType(world, 'aws_eks_access_entry'), ({ values }) =>
      texts(values['kubernetes_groups']).includes('system:masters') ? 'it is in system:masters' : undefined,
    ),
  ],
};

export const clusterSecrets: Rule = {
  name: 'cluster-secrets',
  asks: 'Are Kubernetes secrets encrypted by a key of ours?',
  judge: (world) =>
    each(ofType(world, 'aws_eks_cluster'), ({ values }) => {
      const [config] = treesAt(values, 'encryption_config');
      const [provider] = treesAt(config, 'provider');
      const covered = texts(at(config, 'resources')).includes('secrets');
      return covered && provider !== undefined && isSet(provider, 'key_arn')
        ? undefined
        : 'secrets have no key of ours';
    }),
};

export const clusterLogs: Rule = {
  name: 'cluster-logs',
  asks: 'Does the control plane log what is asked of it?',
  judge: (world) =>
    each(ofType(world, 'aws_eks_cluster'), ({ values }) => {
      const types = texts(values['enabled_cluster_log_types']);
      const missing = ['api', 'audit', 'authenticator'].filter((one) => !types.includes(one));
      return missing.length === 0 ? undefined : `no log of ${missing.join(', ')}`;
    }),
};

export const instanceMetadata: Rule = {
  name: 'instance-metadata',
  asks: 'Is IMDSv2 required, one hop away at most, so that no pod reads the role of its node?',
  judge: (world) => [
    ...each(ofType(world, 'aws_launch_template', 'aws_instance'), ({ values }) =>
      metadataProblem(at(values, 'metadata_options', 0)),
    ),
    ...each(ofType(world, 'aws_ec2_instance_metadata_defaults'), ({ values }) => metadataProblem(values)),
  ],
};

function metadataProblem(options: unknown): string | undefined {
  if (at(options, 'http_tokens') !== 'required') return 'IMDSv1 answers';
  const hops = at(options, 'http_put_response_hop_limit');
  return hops === 1 ? undefined : `pods reach the role of the node: ${String(hops)} hops`;
}

export const volumes: Rule = {
  name: 'volumes',
  asks: 'Is every volume encrypted, by a key of ours where it is a node?',
  judge: (world) => [
    ...each(ofType(world, 'aws_launch_template'), ({ values }) => {
      const disks = treesAt(values, 'block_device_mappings').flatMap((one) => treesAt(one, 'ebs'));
      if (disks.length === 0) return 'the image chooses the volumes';
      // A launch template holds its booleans as texts.
      const open = disks.filter((one) => String(one['encrypted']) !== 'true' || !isSet(one, 'kms_key_id'));
      return open.length === 0 ? undefined : `${open.length} of ${disks.length} volumes without a key of ours`;
    }),
    ...each(ofType(world, 'aws_instance'), ({ values }) =>
      at(values, 'root_block_device', 0, 'encrypted') === true ? undefined : 'its volume is not encrypted',
    ),
    ...each(ofType(world, 'aws_ebs_encryption_by_default'), ({ values }) =>
      values['enabled'] === true ? undefined : 'new volumes are not encrypted',
    ),
  ],
};
