import * as v from 'valibot';

/** What is read of a pod template to run it here; everything else is the cluster's. */
const Text = v.string();
const Item = v.looseObject({ key: Text, path: Text });
const Items = v.optional(v.array(Item));
const FromConfigMap = v.looseObject({ name: Text, items: Items, optional: v.optional(v.boolean()) });
const ServiceAccountToken = v.looseObject({ audience: v.optional(Text), path: Text });
const Source = v.looseObject({
  configMap: v.optional(FromConfigMap),
  serviceAccountToken: v.optional(ServiceAccountToken),
});
const Volume = v.looseObject({
  name: Text,
  configMap: v.optional(v.looseObject({ ...FromConfigMap.entries, defaultMode: v.optional(v.number()) })),
  secret: v.optional(
    v.looseObject({
      secretName: Text,
      items: Items,
      defaultMode: v.optional(v.number()),
      optional: v.optional(v.boolean()),
    }),
  ),
  projected: v.optional(v.looseObject({ sources: v.array(Source) })),
  emptyDir: v.optional(v.looseObject({ medium: v.optional(Text) })),
});
export type Volume = v.InferOutput<typeof Volume>;

const Probe = v.looseObject({
  httpGet: v.looseObject({ path: Text, port: v.union([Text, v.number()]) }),
  periodSeconds: v.optional(v.number(), 10),
  timeoutSeconds: v.optional(v.number(), 1),
  failureThreshold: v.optional(v.number(), 3),
  initialDelaySeconds: v.optional(v.number(), 0),
});
export type Probe = v.InferOutput<typeof Probe>;

const Container = v.looseObject({
  name: Text,
  image: Text,
  args: v.optional(v.array(Text), []),
  env: v.optional(v.array(v.looseObject({ name: Text, value: Text })), []),
  ports: v.optional(v.array(v.looseObject({ name: Text, containerPort: v.number() })), []),
  volumeMounts: v.optional(
    v.array(v.looseObject({ name: Text, mountPath: Text, readOnly: v.optional(v.boolean(), false) })),
    [],
  ),
  restartPolicy: v.optional(Text),
  startupProbe: v.optional(Probe),
  livenessProbe: v.optional(Probe),
  readinessProbe: v.optional(Probe),
  resources: v.looseObject({ limits: v.looseObject({ memory: Text }) }),
});
export type Container = v.InferOutput<typeof Container>;

export const PodSpec = v.looseObject({
  serviceAccountName: Text,
  terminationGracePeriodSeconds: v.optional(v.number(), 30),
  securityContext: v.looseObject({ runAsUser: v.number(), fsGroup: v.optional(v.number()) }),
  initContainers: v.optional(v.array(Container), []),
  containers: v.array(Container),
  volumes: v.optional(v.array(Volume), []),
});
export type PodSpec = v.InferOutput<typeof PodSpec>;

const UNITS: Readonly<Record<string, number>> = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3 };

/** A quantity of memory in bytes. */
export function bytesOf(quantity: string): number {
  const [, digits = '', unit = ''] = /^(\d+)(Ki|Mi|Gi)?$/.exec(quantity) ?? [];
  if (digits === '') throw new RangeError(`expected a quantity such as 96Mi, got '${quantity}'`);
  return Number(digits) * (UNITS[unit] ?? 1);
}
