import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { TOPICS } from '@weatherline/runtime';
import { costOf } from '../../infra/cost/levers.ts';
import { readEnvironments } from '../../infra/cost/main.ts';
import { MEMORY_GIB, VCPUS } from '../../infra/cost/prices.ts';
import * as shape from '../../infra/cost/shape.ts';
import { parseTfvars } from '../../infra/cost/tfvars.ts';
import { FUNCTIONS, KAFKA_PARTITIONS, WORKLOADS } from '../../infra/cost/workload.ts';
import { ofKind, type KubeObject } from '../manifests/objects.ts';
import { cannotRender, overlay, ROOT } from '../manifests/render.ts';
import { quantity } from '../manifests/quantity.ts';
import { at, listAt, numberAt, textAt } from '../manifests/tree.ts';

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const PROD = text('infra/environments/prod/terraform.tfvars');
const OVERLAY = text('manifests/overlays/prod/kustomization.yaml');

test('what terraform.tfvars says becomes the shape, and what it stops saying goes', (t) => {
  const { shape: prod } = readEnvironments().prod;
  t.deepEqual(shape.shapeOf(PROD, OVERLAY), prod);
  const changed = (from: string | RegExp, to: string) => shape.shapeOf(PROD.replace(from, to), OVERLAY);
  t.is(changed('"per_az"', '"single"').nat, 'single');
  t.is(changed(/interface_endpoints = .*/, '').interfaceEndpoints, 0);
  t.is(changed('size = 3', 'size = 5').system.count, 5);
  t.is(changed('mode = "none"', 'mode = "provisioned"').kafka, 'provisioned');
  t.false(changed(/access_host = .*/, '').hasAccessHost);
  t.false(changed(', "RUNTIME_MONITORING"', '').guardsRuntime);
  t.false(changed(/^dr = .*/m, '').isReplicated);
  t.false(shape.shapeOf(PROD, OVERLAY.replace(/^.*alb-ingress\n/m, '')).hasBalancer);
  t.false(shape.shapeOf(`${PROD}\ndr_mode = "cold"`, OVERLAY).isRunning);
  t.throws(() => changed('m7g.large', 'm9z.huge'), { message: /has no price/ });
  t.throws(() => changed('"per_az"', '"none"'), { message: /single/ });
});

test('what the calculator takes to be the same everywhere is what the modules say', (t) => {
  const platform = text('infra/modules/platform/main.tf');
  t.regex(platform, new RegExp(`az_count\\s+= ${shape.ZONES}$`, 'm'));
  const host = text('infra/modules/access-host/main.tf');
  t.regex(host, new RegExp(`instance_type\\s+= "${shape.ACCESS_HOST}"`));
  t.regex(host, new RegExp(`volume_size\\s+= ${shape.ACCESS_HOST_GIB}$`, 'm'));
  t.regex(text('infra/modules/eks-cluster/nodes.tf'), new RegExp(`"/dev/xvda" = ${shape.ROOT_GIB},`));
  const { stop, start } =
    /stop += optional\(string, "cron\(0 (?<stop>\d+) \? \* MON-FRI \*\)"\)\s+start += optional\(string, "cron\(0 (?<start>\d+) \? \* MON-FRI \*\)/.exec(
      text('infra/modules/finops/variables.tf'),
    )?.groups ?? {};
  t.is(5 * (Number(stop) - Number(start)), shape.WORKING_HOURS_A_WEEK);
  const waf = text('infra/modules/edge/waf.tf');
  t.is(
    (waf.match(/^\s+AWSManagedRules\w+\s+= \{/gm) ?? []).length + (waf.match(/^\s{2}rule \{/gm) ?? []).length,
    shape.ACL_RULES,
  );
});

/** Keys that a module of ours makes by itself; replicas are keys, and paid as such. */
function keysOf(module: string): number {
  const files = globSync(join(ROOT, 'infra/modules', module, '*.tf'));
  return files.reduce(
    (sum, file) => sum + (readFileSync(file, 'utf8').match(/^resource "aws_kms_key"/gm) ?? []).length,
    0,
  );
}

function modulesOf(module: string): readonly string[] {
  const files = globSync(join(ROOT, 'infra/modules', module, '*.tf'));
  const sources = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/source\s+= "\.\.\/([\w-]+)"/g)]);
  return [...new Set(sources.map(([, name = '']) => name))];
}

test('keys are counted as the modules make them', (t) => {
  const sum = (names: readonly string[]): number => names.reduce((so, name) => so + keysOf(name), 0);
  const apart = new Set(['kafka-msk', 'access-host', 'registry']);
  const found = {
    platform: sum(modulesOf('platform').filter((name) => !apart.has(name))),
    accessHost: keysOf('access-host'),
    mskProvisioned: keysOf('kafka-msk'),
    stores: sum(modulesOf('stores').filter((name) => !apart.has(name))),
    registry: keysOf('registry'),
  };
  t.deepEqual(found, shape.KEYS, 'KEYS in infra/cost/shape.ts');
});

test('a budget is above what its environment is counted to cost, and not by half as much again', (t) => {
  const all = readEnvironments();
  for (const name of ['dev', 'staging', 'prod'] as const) {
    const budget =
      numberAt(parseTfvars(text(`infra/environments/${name}/terraform.tfvars`)), 'budget', 'monthly_usd') ?? 0;
    t.true(budget > costOf(all[name]), `${name}: ${budget} against ${costOf(all[name])}`);
    t.true(budget < 1.5 * costOf(all[name]), `${name}: ${budget} against ${costOf(all[name])}`);
  }
});

test('MSK Serverless is counted with the partitions of the catalogue', (t) => {
  t.is(
    KAFKA_PARTITIONS,
    TOPICS.reduce((sum, { partitions }) => sum + partitions, 0),
  );
});

const reason = cannotRender();
const when = reason === undefined ? test : test.skip;
const suffix = reason === undefined ? '' : ` (skipped: ${reason})`;
const GIB = 2 ** 30;

/** What the containers of a pod template ask for; those that end before the others begin ask for nothing that stays. */
function requestsOf(template: unknown): { readonly cpu: number; readonly memory: number } {
  const staying = [
    ...listAt(template, 'spec', 'containers'),
    ...listAt(template, 'spec', 'initContainers').filter((one) => textAt(one, 'restartPolicy') === 'Always'),
  ];
  const sum = (what: string): number =>
    staying.reduce<number>((so, one) => so + quantity(at(one, 'resources', 'requests', what) ?? 0), 0);
  return { cpu: sum('cpu'), memory: sum('memory') };
}

/** Replicas while nothing happens: what KEDA scales is at its least, and so is what has an autoscaler. */
function idleReplicas(objects: readonly KubeObject[], { name, body }: KubeObject): number {
  const scaled = ofKind(objects, 'ScaledObject').find(
    (one) => textAt(one.body, 'spec', 'scaleTargetRef', 'name') === name,
  );
  if (scaled !== undefined) return numberAt(scaled.body, 'spec', 'minReplicaCount') ?? 0;
  const autoscaled = ofKind(objects, 'HorizontalPodAutoscaler').find(
    (one) => textAt(one.body, 'spec', 'scaleTargetRef', 'name') === name,
  );
  return numberAt(autoscaled?.body, 'spec', 'minReplicas') ?? numberAt(body, 'spec', 'replicas') ?? 1;
}

for (const name of ['dev', 'staging', 'prod'] as const) {
  when(`${name}: volumes are those of the manifests${suffix}`, (t) => {
    const objects = overlay(name);
    const [pool] = ofKind(objects, 'KafkaNodePool');
    const [vault] = ofKind(objects, 'StatefulSet');
    const kafka = listAt(pool?.body, 'spec', 'storage', 'volumes').reduce<number>(
      (so, one) => so + quantity(at(one, 'size')),
      0,
    );
    const claims = listAt(vault?.body, 'spec', 'volumeClaimTemplates');
    const data = claims.reduce<number>(
      (so, one) => so + quantity(at(one, 'spec', 'resources', 'requests', 'storage')),
      0,
    );
    t.is((kafka * (numberAt(pool?.body, 'spec', 'replicas') ?? 0)) / GIB, WORKLOADS[name].volumes.kafka);
    t.is((data * (numberAt(vault?.body, 'spec', 'replicas') ?? 0)) / GIB, WORKLOADS[name].volumes.vault);
  });

  when(`${name}: what asks for resources while nothing happens fits into the nodes that are counted${suffix}`, (t) => {
    const objects = overlay(name);
    const [pool] = ofKind(objects, 'KafkaNodePool');
    const brokers = numberAt(pool?.body, 'spec', 'replicas') ?? 0;
    const asked = ofKind(objects, 'Deployment', 'StatefulSet').map((one) => {
      const { cpu, memory } = requestsOf(at(one.body, 'spec', 'template'));
      const replicas = idleReplicas(objects, one);
      return { cpu: cpu * replicas, memory: memory * replicas };
    });
    // Prometheus, which is installed apart: one in dev, two elsewhere.
    const prometheus = name === 'dev' ? { cpu: 0.2, memory: GIB } : { cpu: 1, memory: 2 * GIB };
    const broker = at(pool?.body, 'spec', 'resources', 'requests');
    const others = {
      cpu: prometheus.cpu + brokers * quantity(at(broker, 'cpu')),
      memory: prometheus.memory + brokers * quantity(at(broker, 'memory')),
    };
    const sum = [...asked, others].reduce((so, one) => ({ cpu: so.cpu + one.cpu, memory: so.memory + one.memory }));
    const { nodes } = WORKLOADS[name];
    // A fifth is left to the system, to daemons and to what is full at one place.
    const cpus = nodes.reduce((so, { count, type }) => so + count * VCPUS[type], 0) * 0.8;
    const memory = nodes.reduce((so, { count, type }) => so + count * MEMORY_GIB[type], 0) * 0.8;
    t.true(sum.cpu > 0.5 && sum.cpu < cpus, `${sum.cpu} of ${cpus} CPUs`);
    t.true(sum.memory / GIB > 2 && sum.memory / GIB < memory, `${sum.memory / GIB} of ${memory} GiB`);
  });
}

when(`functions are scaled to zero, and ask for what the calculator says if they were not${suffix}`, (t) => {
  const objects = overlay('prod');
  const scaled = ofKind(objects, 'ScaledObject').map(({ body }) => textAt(body, 'spec', 'scaleTargetRef', 'name'));
  const names = new Set(scaled);
  const functions = ofKind(objects, 'Deployment').filter(({ name }) => names.has(name));
  t.is(functions.length, FUNCTIONS.deployments);
  for (const one of functions) t.is(idleReplicas(objects, one), 0, one.name);
  const requests = functions.map(({ body }) => requestsOf(at(body, 'spec', 'template')));
  t.is(Number(requests.reduce((so, { cpu }) => so + cpu, 0).toFixed(3)), FUNCTIONS.cpu);
  t.is(requests.reduce((so, { memory }) => so + memory, 0) / 2 ** 20, FUNCTIONS.memoryMib);
});
