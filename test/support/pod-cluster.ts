import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { startS3Server, type S3Server } from '@weatherline/testkit/s3';
import { recordedPlaces, startRecordedUpstream, type RecordedServer } from '@weatherline/testkit/upstream';
import { issueCertificate, serviceAccountToken, startVaultServer, type VaultServer } from '@weatherline/testkit/vault';
import type { Authority } from '@weatherline/testkit/kafka';
import type { ExecutionContext } from 'ava';
import * as v from 'valibot';
import { newApiKey } from '../../gateway/src/access/api-key.ts';
import { ofKind, type KubeObject } from '../manifests/objects.ts';
import { applyKafkaUsers } from './kafka-acls.ts';
import { PodSpec, type Container } from './pod-spec.ts';
import { HERE, Pod, type Injected, type PodOptions } from './pod.ts';

const KEY = 'canary-pod-key-7d1f0c52b96e4a83';
const CLIENT = newApiKey({ random: randomBytes, name: 'a client of the test' });
const NAMESPACE = 'weatherline';
const WEB_IDENTITY = '/var/run/secrets/eks.amazonaws.com/serviceaccount';

const Template = v.looseObject({ template: v.looseObject({ spec: PodSpec }) });
const Workload = v.looseObject({ metadata: v.looseObject({ name: v.string() }), spec: Template });
const Cron = v.looseObject({
  metadata: v.looseObject({ name: v.string() }),
  spec: v.looseObject({ jobTemplate: v.looseObject({ spec: Template }) }),
});
const ConfigMap = v.looseObject({
  metadata: v.looseObject({ name: v.string() }),
  data: v.optional(v.record(v.string(), v.string()), {}),
});
const Account = v.looseObject({
  metadata: v.looseObject({ name: v.string(), annotations: v.optional(v.record(v.string(), v.string()), {}) }),
});
const Wanted = v.array(v.object({ path: v.string(), field: v.string(), file: v.string() }));

export type PodClusterOptions = {
  /** What kubectl renders of an overlay. */
  readonly objects: readonly KubeObject[];
  readonly authority: Authority;
  /** Where clients without a certificate may do everything, and where those with one are asked for it. */
  readonly brokers: { readonly admin: readonly string[]; readonly tls: readonly string[] };
  readonly imageOf: PodOptions['imageOf'];
};

/** What a cluster has around the pods of an overlay: Vault, S3 and STS, ConfigMaps, Secrets, tokens, webhooks. */
export class PodCluster {
  readonly s3: S3Server;
  readonly vault: VaultServer;
  readonly upstream: RecordedServer;
  /** What a client of the gateway shows. */
  readonly clientKey = CLIENT.key;
  /** What must be found nowhere. */
  readonly canaries = [KEY, CLIENT.key];
  readonly #options: PodClusterOptions;
  readonly #configMaps: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly #secrets: ReadonlyMap<string, Readonly<Record<string, string>>>;

  private constructor(
    parts: Pick<PodCluster, 's3' | 'vault' | 'upstream'>,
    options: PodClusterOptions,
    held: Pick<PodOptions['holdings'], 'configMaps' | 'secrets'>,
  ) {
    this.s3 = parts.s3;
    this.vault = parts.vault;
    this.upstream = parts.upstream;
    this.#options = options;
    this.#configMaps = held.configMaps;
    this.#secrets = held.secrets;
  }

  static async open(t: ExecutionContext, options: PodClusterOptions): Promise<PodCluster> {
    const { objects, brokers, authority } = options;
    const settings = settingsOf(objects);
    const s3 = await startS3Server({
      buckets: [settings.data['WEATHERLINE_S3_BUCKET'] ?? ''],
      requireCondition: true,
      requireSessionToken: true,
    });
    t.teardown(async () => s3[Symbol.asyncDispose]());
    const upstream = await startRecordedUpstream();
    t.teardown(async () => upstream[Symbol.asyncDispose]());
    const { ca, ...tls } = issueCertificate();
    const vault = await startVaultServer({ tls });
    t.teardown(async () => vault[Symbol.asyncDispose]());
    fillVault(vault, settings.data);
    const users = await applyKafkaUsers(
      brokers.admin,
      ofKind(objects, 'KafkaUser').map(({ body }) => body),
    );
    const configMaps = new Map(
      ofKind(objects, 'ConfigMap').map(({ body }): [string, Readonly<Record<string, string>>] => {
        const { metadata, data } = v.parse(ConfigMap, body);
        return [metadata.name, data];
      }),
    );
    configMaps.set(settings.metadata.name, {
      ...settings.data,
      WEATHERLINE_KAFKA_BROKERS: brokers.tls.join(','),
      WEATHERLINE_VAULT_ADDR: vault.url,
      // The upstream stand-in knows no others.
      WEATHERLINE_LOCATIONS: JSON.stringify(recordedPlaces()),
    });
    configMaps.set('vault-ca', { 'ca.crt': ca });
    const secrets = await secretsOf(authority, users);
    return new PodCluster({ s3, vault, upstream }, options, { configMaps, secrets });
  }

  /** The pod of a Deployment or a CronJob, as its template says. */
  specOf(name: string): PodSpec {
    const { objects } = this.#options;
    for (const deployment of ofKind(objects, 'Deployment').map(({ body }) => v.parse(Workload, body))) {
      if (deployment.metadata.name === name) return deployment.spec.template.spec;
    }
    for (const cron of ofKind(objects, 'CronJob').map(({ body }) => v.parse(Cron, body))) {
      if (cron.metadata.name === name) return cron.spec.jobTemplate.spec.template.spec;
    }
    throw new Error(`no Deployment or CronJob ${name} was rendered`);
  }

  async start(t: ExecutionContext, name: string): Promise<Pod> {
    return Pod.start(t, this.specOf(name), {
      holdings: {
        configMaps: this.#configMaps,
        secrets: this.#secrets,
        token: (account, audience) => serviceAccountToken({ name: account, namespace: NAMESPACE, audience }),
      },
      imageOf: this.#options.imageOf,
      inject: (pod, container) => this.#inject(pod, container),
    });
  }

  /** The webhook of IRSA, and the addresses of what stands in for AWS and for the provider. */
  #inject({ serviceAccountName }: PodSpec, { env }: Container): Injected {
    const account = ofKind(this.#options.objects, 'ServiceAccount')
      .map(({ body }) => v.parse(Account, body))
      .find(({ metadata }) => metadata.name === serviceAccountName);
    const role = account?.metadata.annotations['eks.amazonaws.com/role-arn'];
    const here: Record<string, string> = {};
    if (env.some(({ name }) => name === 'WEATHERLINE_S3_BUCKET_FILE')) {
      here['WEATHERLINE_S3_ENDPOINT'] = this.s3.url;
      here['WEATHERLINE_S3_PATH_STYLE'] = 'true';
    }
    if (env.some(({ name }) => name === 'OPENWEATHER_API_KEY_FILE')) {
      here['WEATHERLINE_OPENWEATHER_URL'] = this.upstream.url;
    }
    if (role === undefined) return { env: {}, folders: { [HERE]: here } };
    const identity = { name: serviceAccountName, namespace: NAMESPACE, audience: 'sts.amazonaws.com' };
    return {
      env: {
        AWS_ROLE_ARN: role,
        AWS_WEB_IDENTITY_TOKEN_FILE: `${WEB_IDENTITY}/token`,
        AWS_ENDPOINT_URL_STS: this.s3.url,
      },
      folders: { [HERE]: here, [WEB_IDENTITY]: { token: serviceAccountToken(identity) } },
    };
  }
}

function settingsOf(objects: readonly KubeObject[]): v.InferOutput<typeof ConfigMap> {
  const found = ofKind(objects, 'ConfigMap')
    .map(({ body }) => v.parse(ConfigMap, body))
    .find(({ data }) => 'WEATHERLINE_SCHEDULE' in data);
  if (found === undefined) throw new Error('no ConfigMap with the settings was rendered');
  return found;
}

/** Every role may read just the secrets that its pods are told to ask for. */
function fillVault(vault: VaultServer, settings: Readonly<Record<string, string>>): void {
  const contents: Readonly<Record<string, string>> = {
    OPENWEATHER_API_KEY: KEY,
    WEATHERLINE_API_KEYS: JSON.stringify([CLIENT.entry]),
  };
  for (const role of ['fetch', 'gateway']) {
    const wanted = v.parse(Wanted, JSON.parse(settings[`vault-secrets-${role}`] ?? ''));
    const paths = wanted.map(({ path }) => path.replace('/', '/data/'));
    const own = ['renew-self', 'revoke-self'].map((name) => `path "auth/token/${name}" { capabilities = ["update"] }`);
    vault.seedRole(role, {
      policy: [...own, ...paths.map((path) => `path "${path}" { capabilities = ["read"] }`)].join('\n'),
    });
    for (const { path, field, file } of wanted) vault.seed(path, { [field]: contents[file] ?? '' });
  }
}

/** What Strimzi keeps: the authority of the cluster, and a certificate for every user. */
async function secretsOf(
  authority: Authority,
  users: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const read = (path: string): string => readFileSync(path, 'utf8');
  const secrets = new Map<string, Readonly<Record<string, string>>>();
  secrets.set('weatherline-cluster-ca-cert', { 'ca.crt': read(authority.certificate) });
  for (const user of users) {
    const { certificate, key } = await authority.issue(user);
    secrets.set(user, { 'ca.crt': read(authority.certificate), 'user.crt': read(certificate), 'user.key': read(key) });
  }
  return secrets;
}
