import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { parseAllDocuments } from 'yaml';

const MANIFESTS = fileURLToPath(new URL('../../../manifests', import.meta.url));

const digits = v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number));
const flag = v.optional(v.literal('false'));

const ScaledObject = v.object({
  kind: v.literal('ScaledObject'),
  metadata: v.object({ name: v.string() }),
  // Strict: what the model does not know would change what KEDA does.
  spec: v.strictObject({
    scaleTargetRef: v.object({ name: v.string() }),
    minReplicaCount: v.literal(0),
    maxReplicaCount: v.number(),
    pollingInterval: v.number(),
    cooldownPeriod: v.number(),
    fallback: v.strictObject({
      failureThreshold: v.number(),
      replicas: v.number(),
      behavior: v.literal('currentReplicasIfHigher'),
    }),
    triggers: v.tuple([
      v.strictObject({
        type: v.literal('kafka'),
        metadata: v.strictObject({
          bootstrapServers: v.string(),
          topic: v.string(),
          consumerGroup: v.string(),
          lagThreshold: digits,
          activationLagThreshold: digits,
          offsetResetPolicy: v.picklist(['earliest', 'latest']),
          version: v.string(),
          tls: v.literal('enable'),
          allowIdleConsumers: flag,
          limitToPartitionsWithLag: flag,
          scaleToZeroOnInvalidOffset: flag,
          excludePersistentLag: flag,
        }),
        authenticationRef: v.object({ name: v.literal('kafka') }),
      }),
    ]),
  }),
});

/** What a ScaledObject tells KEDA. */
export type ScalerSettings = v.InferOutput<typeof ScaledObject>['spec'];

/** The ScaledObjects of a folder of the manifests as kubectl renders them, by name. */
export function renderedScaledObjects(folder: string): ReadonlyMap<string, ScalerSettings> {
  const rendered = execFileSync('kubectl', ['kustomize', join(MANIFESTS, folder)], {
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  const objects = parseAllDocuments(rendered)
    .map((document): unknown => document.toJS())
    .filter((object) => v.is(v.object({ kind: v.literal('ScaledObject') }), object));
  return new Map(objects.map((object) => v.parse(ScaledObject, object)).map((one) => [one.metadata.name, one.spec]));
}

/** The environments, as folders of the manifests. */
export function overlays(): string[] {
  return readdirSync(join(MANIFESTS, 'overlays')).map((name) => join('overlays', name));
}
