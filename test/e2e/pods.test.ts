import { setTimeout as delay } from 'node:timers/promises';
import { openKafkaBroker } from '@weatherline/adapters/kafka';
import { slotId } from '@weatherline/events';
import { parseSchedule } from '@weatherline/events/schedule';
import { TOPICS } from '@weatherline/runtime';
import { createAuthority, kafkaTests, mutualTls, type Authority } from '@weatherline/testkit/kafka';
import test, { type ExecutionContext } from 'ava';
import { overlay } from '../manifests/render.ts';
import { PodCluster } from '../support/pod-cluster.ts';
import type { Pod } from '../support/pod.ts';
import { ImageRoot, whyNoContainers } from '../support/image-root.ts';

let authority: Authority;

const kafka = kafkaTests(test, {
  own: true,
  needs: ['openssl', 'kubectl'],
  listeners: { MTLS: 'SSL' },
  prepare: async () => {
    authority = await createAuthority();
    return { properties: await mutualTls(authority) };
  },
});
test.after.always(async () => authority?.[Symbol.asyncDispose]());

const reason = whyNoContainers();
const podTest =
  reason === undefined ? kafka.serial : (title: string) => test.skip(`${title} (skipped: ${reason})`, (t) => t.fail());

podTest(
  'the whole chain runs as in pods: bundles, files alone, probes, ACLs, and SIGTERM as the kubelet sends it',
  async (t) => {
    t.timeout(240_000);
    await using broker = openKafkaBroker({ brokers: kafka.brokers, replication: { factor: 1, minInSync: 1 } });
    await broker.ensureTopics(TOPICS);
    const cluster = await openCluster(t);
    const pods = new Map<string, Pod>();
    for (const name of ['fetch', 'transform', 'upload', 'gateway', 'fetch-replay']) {
      pods.set(name, await cluster.start(t, name));
    }
    const trigger = await cluster.start(t, 'trigger');
    t.deepEqual(await trigger.done(), [0], trigger.output);
    const gateway = pods.get('gateway')?.containers.find(({ spec }) => spec.ports.some(({ name }) => name === 'http'));
    if (gateway === undefined) return t.fail('no container serves http');
    const slot = slotId(parseSchedule('0 */6 * * *').current(new Date()));
    const latest = `http://127.0.0.1:${gateway.portOf('http')}/v1/products/latest`;
    t.is((await fetch(latest)).status, 401, 'the keys come from Vault');
    const headers = { 'x-api-key': cluster.clientKey };
    await productAt(new Request(latest, { headers }), slot, pods);

    const run = await fetch(`${latest.replace('products/latest', 'runs')}/${slot}`, { headers });
    t.like(await run.json(), { reason: 'schedule' }, 'no person has asked for it');
    for (const [name, pod] of pods) await checkPod(t, name, pod);
    const outputs = [...pods.values(), trigger].map(({ output }) => output).join('');
    for (const canary of cluster.canaries) t.false(outputs.includes(canary), 'a secret is in no output');
    for (const [name, pod] of pods) {
      for (const { container, exit, ms } of await pod.stop()) {
        t.is(exit, 0, `${name}/${container}: ${pod.container(container).output.slice(-2000)}`);
        t.true(ms < pod.spec.terminationGracePeriodSeconds * 1000, `${name}/${container} took ${ms} ms`);
      }
    }
  },
);

podTest('an operator in its pod sees every group of the chain', async (t) => {
  t.timeout(120_000);
  await using broker = openKafkaBroker({ brokers: kafka.brokers, replication: { factor: 1, minInSync: 1 } });
  await broker.ensureTopics(TOPICS);
  const cluster = await openCluster(t);
  const pod = await cluster.start(t, 'operator');
  for (let tries = 0; tries < 200 && !pod.output.includes('weatherline.upload'); tries += 1) await delay(100);
  t.regex(pod.output, /weatherline\.fetch\b[\s\S]*weatherline\.upload\b/);
});

async function openCluster(t: ExecutionContext): Promise<PodCluster> {
  const images = new Map<string, Promise<ImageRoot>>();
  return PodCluster.open(t, {
    objects: overlay('prod'),
    authority,
    brokers: { admin: kafka.brokers, tls: kafka.cluster().brokersOf('MTLS') },
    imageOf: async (reference) => {
      const [, name = reference] = /weatherline\/([a-z-]+)/.exec(reference) ?? [];
      const made = images.get(name) ?? ImageRoot.make(t, name);
      images.set(name, made);
      return made;
    },
  });
}

/** Waits until the product of the slot is the latest one that the gateway serves. */
async function productAt(request: Request, slot: string, pods: ReadonlyMap<string, Pod>): Promise<void> {
  let last = '';
  for (let tries = 0; tries < 300; tries += 1) {
    const response = await fetch(request.clone());
    last = await response.text();
    if (response.status === 200 && last.includes(slot)) return;
    await delay(200);
  }
  const said = [...pods].map(([name, { output }]) => `${name}: ${output.slice(-1500)}`).join('\n');
  throw new Error(`${slot} never became the latest product, but ${last.slice(0, 500)}\n${said}`);
}

async function checkPod(t: ExecutionContext, name: string, pod: Pod): Promise<void> {
  for (const container of pod.containers) {
    const { spec } = container;
    const where = `${name}/${spec.name}`;
    for (const probe of [spec.livenessProbe, spec.readinessProbe]) {
      if (probe !== undefined) t.is(await container.probe(probe), 200, `${where} ${probe.httpGet.path}`);
    }
    for (const variable of spec.env) {
      if (/^(WEATHERLINE|OPENWEATHER)_/.test(variable.name)) t.regex(variable.name, /_FILE$/, where);
    }
    const { peakMiB, limitMiB } = container;
    t.log(`${where}: ${peakMiB.toFixed(0)} of ${limitMiB} MiB`);
    t.true(peakMiB < limitMiB, `${where} has had ${peakMiB} of ${limitMiB} MiB`);
  }
}
