import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { parseAllDocuments } from 'yaml';

const Probe = v.object({
  httpGet: v.object({ path: v.string(), port: v.string() }),
  periodSeconds: v.optional(v.number(), 10),
  timeoutSeconds: v.optional(v.number(), 1),
  failureThreshold: v.optional(v.number(), 3),
});
export type Probe = v.InferOutput<typeof Probe>;

const Container = v.object({
  name: v.string(),
  image: v.string(),
  args: v.optional(v.array(v.string()), []),
  env: v.optional(v.array(v.object({ name: v.string(), value: v.string() })), []),
  ports: v.optional(v.array(v.object({ name: v.string(), containerPort: v.number() })), []),
  startupProbe: v.optional(Probe),
  readinessProbe: v.optional(Probe),
  livenessProbe: v.optional(Probe),
  restartPolicy: v.optional(v.string()),
  resources: v.object({ limits: v.object({ memory: v.pipe(v.string(), v.regex(/^\d+Mi$/)) }) }),
  volumeMounts: v.optional(
    v.array(v.object({ name: v.string(), mountPath: v.string(), readOnly: v.optional(v.boolean(), false) })),
    [],
  ),
});
export type Container = v.InferOutput<typeof Container>;

const Items = v.optional(v.array(v.object({ key: v.string(), path: v.string() })));
const ConfigMap = v.object({ name: v.string(), items: Items });
const Source = v.object({
  configMap: v.optional(ConfigMap),
  serviceAccountToken: v.optional(v.object({ audience: v.string(), path: v.string() })),
});
const Volume = v.object({
  name: v.string(),
  emptyDir: v.optional(v.object({})),
  configMap: v.optional(ConfigMap),
  secret: v.optional(v.object({ secretName: v.string(), defaultMode: v.optional(v.number()), items: Items })),
  projected: v.optional(v.object({ sources: v.array(Source) })),
});
export type Volume = v.InferOutput<typeof Volume>;

const PodSpec = v.object({
  serviceAccountName: v.string(),
  terminationGracePeriodSeconds: v.number(),
  securityContext: v.looseObject({ runAsUser: v.literal(65_532), fsGroup: v.literal(65_532) }),
  initContainers: v.optional(v.array(Container), []),
  containers: v.array(Container),
  volumes: v.optional(v.array(Volume), []),
});
export type PodSpec = v.InferOutput<typeof PodSpec>;

const Kind = v.looseObject({
  kind: v.string(),
  metadata: v.looseObject({ name: v.string(), namespace: v.optional(v.string()) }),
});
const Deployment = v.object({ spec: v.object({ template: v.object({ spec: PodSpec }) }) });
const CronJob = v.object({
  spec: v.object({ jobTemplate: v.object({ spec: v.object({ template: v.object({ spec: PodSpec }) }) }) }),
});
const Settings = v.object({ data: v.record(v.string(), v.string()) });

/** Why no overlay can be rendered here; undefined = it can. */
export function whyNotRendered(): string | undefined {
  return spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0 ? undefined : 'needs kubectl';
}

/** What an overlay asks Kubernetes for. */
export class Rendered {
  readonly #objects: readonly v.InferOutput<typeof Kind>[];

  constructor(overlay: string) {
    const folder = fileURLToPath(new URL(`../../manifests/overlays/${overlay}`, import.meta.url));
    const text = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 });
    this.#objects = parseAllDocuments(text).map((document) => v.parse(Kind, document.toJS()));
  }

  #find(kind: string, name: string): unknown {
    const found = this.#objects.find((one) => one.kind === kind && one.metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found;
  }

  deployment(name: string): PodSpec {
    return v.parse(Deployment, this.#find('Deployment', name)).spec.template.spec;
  }

  cronJob(name: string): PodSpec {
    return v.parse(CronJob, this.#find('CronJob', name)).spec.jobTemplate.spec.template.spec;
  }

  configMap(name: string): Readonly<Record<string, string>> {
    return v.parse(Settings, this.#find('ConfigMap', name)).data;
  }
}
