import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { settings } from '../consistency/checks/settings.ts';
import { runChecks } from './check.ts';
import { POLICIES } from './checks/index.ts';
import { loadKnowledge } from './knowledge.ts';
import { ofKind, type KubeObject } from './objects.ts';
import { cannotRender, render, ROOT } from './render.ts';

const reason = cannotRender();
const when = reason === undefined ? test : test.skip;
const suffix = reason === undefined ? '' : ` (skipped: ${reason})`;

const BROKERS = 'b-1.example.kafka.us-east-2.amazonaws.com:9098';
/** The flow table is that of Kafka in the cluster; brokers elsewhere have no pod. */
const CHECKS = [...POLICIES.filter(({ name }) => name !== 'reachability'), settings];

/** An overlay as the comment in components/msk tells people to write it. */
function renderMsk(t: ExecutionContext): readonly KubeObject[] {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'weatherline-msk-')));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'msk'));
  const manifests = relative(join(folder, 'msk'), join(ROOT, 'manifests'));
  const config = readFileSync(join(ROOT, 'manifests/overlays/staging/cluster-config.env'), 'utf8');
  writeFileSync(join(folder, 'msk/cluster-config.env'), `${config.trimEnd()}\nMSK_BROKERS=${BROKERS}\n`);
  writeFileSync(
    join(folder, 'msk/kustomization.yaml'),
    JSON.stringify({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [`${manifests}/base`],
      components: [`${manifests}/components/msk`],
      configMapGenerator: [
        {
          name: 'cluster-config',
          envs: ['cluster-config.env'],
          options: {
            disableNameSuffixHash: true,
            annotations: { 'config.kubernetes.io/local-config': 'true' },
          },
        },
      ],
      transformers: [`${manifests}/components/cluster-config`, `${manifests}/components/msk/cluster-config`],
    }),
  );
  return render(join(folder, 'msk'));
}

when(`with MSK there is no Kafka of ours, and everybody proves who it is by IAM${suffix}`, async (t) => {
  const objects = renderMsk(t);
  t.deepEqual(
    objects.filter(({ group }) => group === 'kafka.strimzi.io').map(({ name }) => name),
    [],
  );
  const context = { overlay: 'staging', toApply: false, knowledge: await loadKnowledge(objects) };
  const problems = runChecks(CHECKS, objects, context).filter(({ check }) => check !== 'images');
  t.deepEqual(problems, []);
  const scaled = ofKind(objects, 'ScaledObject');
  t.is(scaled.length, 6);
  for (const { body, name } of scaled) {
    const text = JSON.stringify(body);
    for (const word of [BROKERS, '"sasl":"oauthbearer"', '"saslTokenProvider":"aws_msk_iam"', '"awsRegion":"us-']) {
      t.true(text.includes(word), `${name} has ${word}`);
    }
  }
  const text = JSON.stringify(objects.map(({ body }) => body));
  for (const gone of [
    'weatherline-kafka-bootstrap',
    'weatherline-cluster-ca-cert',
    '/etc/kafka/user',
    'MSK_BROKERS"',
  ]) {
    t.false(text.includes(gone), `nothing speaks of ${gone} any more`);
  }
});
