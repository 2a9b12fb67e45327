import { ofKind, type KubeObject } from './objects.ts';
import { textAt } from './tree.ts';

/** Secrets and ConfigMaps that no overlay holds, with their keys and who makes them. */
export type Made = {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly keys: readonly string[];
};

/** What operators make of the objects in an overlay, and what people do. */
export function madeByOthers(objects: readonly KubeObject[]): Made[] {
  return [
    // Strimzi's cluster operator: the authority that signs the brokers' certificates.
    ...ofKind(objects, 'Kafka').map(({ name, namespace = '' }) => ({
      kind: 'Secret',
      name: `${name}-cluster-ca-cert`,
      namespace,
      keys: ['ca.crt', 'ca.p12', 'ca.password'],
    })),
    // Strimzi's user operator: the certificate of each user.
    ...ofKind(objects, 'KafkaUser').map(({ name, namespace = '' }) => ({
      kind: 'Secret',
      name,
      namespace,
      keys: ['ca.crt', 'user.crt', 'user.key', 'user.p12', 'user.password'],
    })),
    ...madeForCertificates(objects),
    // The API server puts its authority into every namespace.
    ...ofKind(objects, 'Namespace').map(({ name }) => ({
      kind: 'ConfigMap',
      name: 'kube-root-ca.crt',
      namespace: name,
      keys: ['ca.crt'],
    })),
    ...MADE_BY_PEOPLE,
  ];
}

function madeForCertificates(objects: readonly KubeObject[]): Made[] {
  return [
    // cert-manager: what a Certificate asks for.
    ...ofKind(objects, 'Certificate').map(({ body, namespace = '' }) => ({
      kind: 'Secret',
      name: textAt(body, 'spec', 'secretName') ?? '',
      namespace,
      keys: ['ca.crt', 'tls.crt', 'tls.key'],
    })),
    // trust-manager: a ConfigMap named as the Bundle, in each namespace that it is meant for.
    ...ofKind(objects, 'Bundle').flatMap(({ name, body }) =>
      ofKind(objects, 'Namespace').map((namespace) => ({
        kind: 'ConfigMap',
        name,
        namespace: namespace.name,
        keys: [textAt(body, 'spec', 'target', 'configMap', 'key') ?? ''],
      })),
    ),
  ];
}

/** What a documented step of the installation makes. */
const MADE_BY_PEOPLE: readonly Made[] = [
  // manifests/README.md, Apply: the authority that signed Vault's certificate.
  { kind: 'ConfigMap', name: 'vault-ca', namespace: 'weatherline', keys: ['ca.crt'] },
  // docs/runbooks/vault.md: the public keys of those who hold Vault's recovery shares and its first token.
  { kind: 'ConfigMap', name: 'vault-pgp-recovery', namespace: 'vault', keys: [] },
  { kind: 'ConfigMap', name: 'vault-pgp-root', namespace: 'vault', keys: ['root.asc'] },
];
