import { finding, type Check, type Finding } from '../../manifests/check.ts';
import { deployableOf, type Deployables } from '../../manifests/deployables.ts';
import { find, ofKind, type KubeObject } from '../../manifests/objects.ts';
import { podTemplates } from '../../manifests/pods.ts';
import { listAt, mapAt, textAt } from '../../manifests/tree.ts';

const ROLE = 'eks.amazonaws.com/role-arn';
/** What of AWS is used by accounts whose workloads do not read the store's settings: Vault's key, its snapshots, the commands. */
const OTHERWISE = new Set(['vault', 'vault-snapshot', 'operator']);

/** An account's role in AWS bears its own name, and only those have one that need it: who reads the store's settings, and Vault. */
export const identities: Check = {
  name: 'identities',
  answers: ['A2'],
  find: (objects, { overlay, knowledge }) => {
    const needy = accountsThatNeedStore(objects, knowledge.deployables);
    return ofKind(objects, 'ServiceAccount').flatMap((account): Finding[] => {
      const arn = mapAt(account.body, 'metadata', 'annotations')[ROLE];
      const needs = needy.has(account.name) || OTHERWISE.has(account.name);
      const path = `metadata.annotations.${ROLE}`;
      if (!needs) {
        const todo = 'it asks nothing of AWS';
        return arn === undefined ? [] : [finding(account, path, { expected: 'no role', got: arn, todo })];
      }
      const expected = `arn:aws:iam::<12 digits>:role/weatherline-${overlay}-${account.name}`;
      const isOwn = new RegExp(`^arn:aws:iam::\\d{12}:role/weatherline-${overlay}-${account.name}$`).test(arn ?? '');
      const regional = mapAt(account.body, 'metadata', 'annotations')['eks.amazonaws.com/sts-regional-endpoints'];
      return [
        ...(isOwn ? [] : [finding(account, path, { expected, got: arn, todo: 'one role for each account' })]),
        ...(regional === 'true'
          ? []
          : [
              finding(account, 'metadata.annotations.eks.amazonaws.com/sts-regional-endpoints', {
                expected: '"true"',
                got: regional,
                todo: 'else tokens are fetched in another region',
              }),
            ]),
      ];
    });
  },
};

function accountsThatNeedStore(objects: readonly KubeObject[], deployables: Deployables): ReadonlySet<string> {
  return new Set(
    podTemplates(objects)
      .filter(({ containers }) =>
        containers.some(({ body }) => {
          const deployable = deployableOf(deployables, String(body['image']), listAt(body, 'args'));
          return deployable !== undefined && deployable !== 'unknown' && 's3Bucket' in deployable.settings;
        }),
      )
      .map(({ spec }) => textAt(spec, 'serviceAccountName') ?? ''),
  );
}

/** Vault's roles, the users of Kafka and the accounts of pods are the same names. */
export const users: Check = {
  name: 'users',
  answers: ['K1'],
  find: (objects) =>
    podTemplates(objects).flatMap(({ owner, path, spec }) => {
      const account = textAt(spec, 'serviceAccountName');
      return listAt(spec, 'volumes').flatMap((volume) => {
        const secret = textAt(volume, 'secret', 'secretName');
        const user = find(objects, 'KafkaUser', secret, owner.namespace);
        if (user === undefined || user.name === account) return [];
        const todo = 'each workload speaks to Kafka as itself';
        return [finding(owner, `${path}.volumes`, { expected: `the certificate of ${account}`, got: user.name, todo })];
      });
    }),
};
