import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { openKafkaBroker } from '@weatherline/adapters/kafka';
import { TOPICS } from '@weatherline/runtime';
import { createAuthority, kafkaTests, type Authority, type Issued } from '@weatherline/testkit/kafka';
import { startS3Server } from '@weatherline/testkit/s3';
import { recordedPlaces, startRecordedUpstream } from '@weatherline/testkit/upstream';
import { issueCertificate, startVaultServer } from '@weatherline/testkit/vault';
import test, { type ExecutionContext } from 'ava';
import { newApiKey } from '../../gateway/src/access/index.ts';
import { ImageRoot, whyNoContainers } from '../support/image-root.ts';
import type { Cluster } from '../support/pod-volumes.ts';
import { Pod } from '../support/pod.ts';
import { Rendered, whyNotRendered } from '../support/rendered.ts';

const CANARY = 'canary-key-7c1f4e90ab2d6358';
/** Of a client of the gateway, which is given its digest by Vault. */
const KEY = newApiKey({ random: (length) => randomBytes(length) });
const FUNCTIONS = ['fetch', 'transform', 'upload'] as const;

let authority: Authority;
const users = new Map<string, Issued>();
const reason = whyNoContainers() ?? whyNotRendered();
const kafka = kafkaTests(test, {
  own: true,
  needs: reason === undefined ? ['openssl', 'kubectl'] : ['openssl', 'kubectl', `this machine (${reason})`],
  listeners: { MTLS: 'SSL' },
  prepare: async () => {
    authority = await createAuthority();
    for (const user of [...FUNCTIONS, 'trigger']) users.set(user, await authority.issue(user));
    const { store } = await authority.issue('broker', 'localhost');
    return {
      properties: {
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': store,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': authority.certificate,
        'listener.name.mtls.ssl.client.auth': 'required',
      },
    };
  },
});
test.after.always(async () => authority?.[Symbol.asyncDispose]());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '::');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Vault as vault-configure leaves it, with the two secrets that people put there. */
async function startVault(t: ExecutionContext): Promise<{ readonly url: string; readonly ca: string }> {
  const { ca, key, cert } = issueCertificate();
  const vault = await startVaultServer({ tls: { key, cert } });
  t.teardown(async () => vault[Symbol.asyncDispose]());
  for (const [role, path] of [
    ['fetch', 'openweather'],
    ['gateway', 'gateway'],
  ] as const) {
    const rights = [
      [`secret/data/weatherline/dev/${path}`, 'read'],
      ['auth/token/renew-self', 'update'],
      ['auth/token/revoke-self', 'update'],
    ];
    vault.seedRole(role, {
      policy: rights.map(([at, may]) => `path "${at}" { capabilities = ["${may}"] }`).join('\n'),
    });
  }
  vault.seed('secret/weatherline/dev/openweather', { api_key: CANARY });
  vault.seed('secret/weatherline/dev/gateway', { api_keys: JSON.stringify([KEY.entry]) });
  return { url: vault.url, ca };
}

async function startCluster(
  t: ExecutionContext,
  rendered: Rendered,
): Promise<Cluster & { lag: () => Promise<number> }> {
  const s3 = await startS3Server({ buckets: ['weatherline'], requireCondition: true });
  t.teardown(async () => s3[Symbol.asyncDispose]());
  const upstream = await startRecordedUpstream();
  t.teardown(async () => upstream[Symbol.asyncDispose]());
  const vault = await startVault(t);
  const broker = openKafkaBroker({ brokers: kafka.brokers, replication: { factor: 1, minInSync: 1 } });
  t.teardown(async () => broker[Symbol.asyncDispose]());
  await broker.ensureTopics(TOPICS);
  const images = new Map<string, Promise<ImageRoot>>();
  return {
    lag: async () => lagOf(broker),
    configMap: (name) => {
      if (name === 'vault-ca') return { 'ca.crt': vault.ca };
      // Names of what is in a real cluster alone give way; everything else is what the overlay says.
      return {
        ...rendered.configMap(name),
        WEATHERLINE_KAFKA_BROKERS: kafka.cluster().brokersOf('MTLS').join(','),
        WEATHERLINE_VAULT_ADDR: vault.url,
        WEATHERLINE_S3_BUCKET: 'weatherline',
        WEATHERLINE_LOCATIONS: JSON.stringify(recordedPlaces()),
        WEATHERLINE_CALLS_PER_MINUTE: '60000',
      };
    },
    secret: (name) => {
      if (name === 'weatherline-cluster-ca-cert') return { 'ca.crt': readFileSync(authority.certificate, 'utf8') };
      const { certificate, key } = users.get(name) ?? { certificate: '', key: '' };
      return { 'user.crt': readFileSync(certificate, 'utf8'), 'user.key': readFileSync(key, 'utf8') };
    },
    image: async (reference) => {
      const name = /weatherline\/([a-z-]+)/.exec(reference)?.[1] ?? reference;
      const found = images.get(name) ?? ImageRoot.make(t, name);
      images.set(name, found);
      return found;
    },
    port: freePort,
    standIns: {
      WEATHERLINE_S3_ENDPOINT: s3.url,
      WEATHERLINE_S3_PATH_STYLE: 'true',
      WEATHERLINE_S3_REGION: 'us-east-1',
      WEATHERLINE_OPENWEATHER_URL: upstream.url,
    },
    injected: { AWS_ACCESS_KEY_ID: s3.accessKeyId, AWS_SECRET_ACCESS_KEY: s3.secretAccessKey },
  };
}

async function lagOf(broker: ReturnType<typeof openKafkaBroker>): Promise<number> {
  const inputs = [
    ['weatherline.fetch', 'weatherline.run.requested'],
    ['weatherline.transform', 'weatherline.readings.fetched'],
    ['weatherline.upload', 'weatherline.records.transformed'],
  ] as const;
  const lags = await Promise.all(inputs.map(async ([group, topic]) => broker.lag(group, topic)));
  return lags.flat().reduce((sum, { lag, committed, end }) => sum + (committed === undefined ? end : lag), 0);
}

async function products(port: number): Promise<readonly unknown[]> {
  for (let tries = 0; tries < 120; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/products?limit=1`, { headers: { 'x-api-key': KEY.key } });
    const found: unknown = answer.status === 200 ? await answer.json() : undefined;
    if (Array.isArray(found) && found.length > 0) return found;
    await delay(500);
  }
  return [];
}

kafka.test('the chain runs in pods as the manifests describe them: images, files, probes, grace periods', async (t) => {
  t.timeout(400_000);
  const rendered = new Rendered('dev');
  const cluster = await startCluster(t, rendered);
  const pods = [...FUNCTIONS, 'gateway'].map((name) => new Pod(t, name, rendered.deployment(name), cluster));
  const trigger = new Pod(t, 'trigger', rendered.cronJob('trigger'), cluster);
  for (const { spec, name } of [...pods, trigger]) {
    const names = [...spec.initContainers, ...spec.containers].flatMap(({ env }) => env.map((one) => one.name));
    const plain = names.filter((one) => /^(WEATHERLINE|OPENWEATHER)_/.test(one) && !one.endsWith('_FILE'));
    t.deepEqual(plain, [], `${name} is told by files alone`);
  }

  for (const pod of pods) await pod.start();
  const asked = await trigger.job();
  t.is(asked.code, 0, asked.output);
  const gateway = pods.find(({ name }) => name === 'gateway');
  t.is((await fetch(`http://127.0.0.1:${gateway?.portOf('http')}/products`)).status, 401, 'who has no key');
  const served = await products(gateway?.portOf('http') ?? 0);
  t.is(served.length, recordedPlaces().length, pods.map((pod) => pod.output().slice(-2000)).join('\n'));
  t.is(await cluster.lag(), 0);

  for (const pod of pods) {
    const since = Date.now();
    t.deepEqual(await pod.end(), []);
    t.log(`${pod.name} ended in ${Date.now() - since} ms of ${pod.spec.terminationGracePeriodSeconds} s`);
    t.deepEqual(pod.killed, []);
    t.false(pod.output().includes(CANARY), `${pod.name} tells its secret`);
  }
});
