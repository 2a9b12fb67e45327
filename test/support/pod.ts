import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { RunningContainer } from './container.ts';
import type { Container, PodSpec } from './pod-spec.ts';
import { makeVolumes, type Holdings } from './pod-volumes.ts';
import { freePort } from '../../bench/support/process.ts';
import type { ImageRoot, Volume } from './image-root.ts';

/** What something else than the manifest puts into a container: webhooks, and what differs on this machine. */
export type Injected = {
  readonly env: Readonly<Record<string, string>>;
  /** Folders by their path, with the contents of their files. */
  readonly folders: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

export type PodOptions = {
  readonly holdings: Holdings;
  readonly imageOf: (reference: string) => Promise<ImageRoot>;
  readonly inject: (pod: PodSpec, container: Container) => Injected;
};

/** Ports of the manifests and the settings that move them, for every pod of this machine shares its addresses. */
const PORTS: Readonly<Record<string, string>> = {
  infra: 'WEATHERLINE_INFRA_PORT',
  'infra-secrets': 'WEATHERLINE_INFRA_PORT',
  http: 'WEATHERLINE_HTTP_PORT',
};
/** Where settings are that only this machine needs. */
export const HERE = '/etc/here';

export type Ended = { readonly container: string; readonly exit: number | string; readonly ms: number };

/** Runs a pod of the rendered manifests on this machine, as the kubelet would, as far as one can without it. */
export class Pod {
  readonly spec: PodSpec;
  readonly #folder: string;
  readonly #options: PodOptions;
  readonly #sidecars: RunningContainer[] = [];
  readonly #main: RunningContainer[] = [];
  #volumes: ReadonlyMap<string, string> = new Map();

  private constructor(spec: PodSpec, folder: string, options: PodOptions) {
    this.spec = spec;
    this.#folder = folder;
    this.#options = options;
  }

  /** Starts its containers in their order; resolves when it is ready. */
  static async start(t: ExecutionContext, spec: PodSpec, options: PodOptions): Promise<Pod> {
    const folder = await mkdtemp(join(tmpdir(), 'weatherline-pod-'));
    const pod = new Pod(spec, folder, options);
    t.teardown(async () => {
      await Promise.all(pod.containers.map(async (container) => container.kill()));
      await rm(folder, { recursive: true, force: true });
    });
    await pod.#start();
    return pod;
  }

  get containers(): readonly RunningContainer[] {
    return [...this.#sidecars, ...this.#main];
  }

  get output(): string {
    return this.containers.map(({ output }) => output).join('');
  }

  container(name: string): RunningContainer {
    const found = this.containers.find(({ spec }) => spec.name === name);
    if (found === undefined) throw new Error(`no container ${name} runs`);
    return found;
  }

  /** The folder behind a volume. */
  volume(name: string): string {
    return this.#volumes.get(name) ?? '';
  }

  /** SIGTERM to the containers, then to the sidecars; what outlives the grace period is killed, and says so. */
  async stop(): Promise<Ended[]> {
    const since = performance.now();
    const graceMs = this.spec.terminationGracePeriodSeconds * 1000;
    const ended: Ended[] = [];
    // Sidecars go last, the youngest first.
    for (const some of [this.#main, ...this.#sidecars.toReversed().map((one) => [one])]) {
      for (const container of some) container.signal('SIGTERM');
      for (const container of some) {
        const left = Math.max(0, graceMs - (performance.now() - since));
        const exit = await Promise.race([container.closed, delay(left, 'over its grace period', { ref: false })]);
        ended.push({ container: container.spec.name, exit, ms: performance.now() - since });
      }
    }
    return ended;
  }

  /** For pods that end by themselves: the exit codes of their containers. */
  async done(): Promise<(number | string)[]> {
    return Promise.all(this.#main.map(async ({ closed }) => closed));
  }

  async #start(): Promise<void> {
    this.#volumes = await makeVolumes(this.spec, join(this.#folder, 'volumes'), this.#options.holdings);
    for (const spec of this.spec.initContainers) {
      const container = await this.#run(spec);
      if (spec.restartPolicy === 'Always') {
        this.#sidecars.push(container);
        if (spec.startupProbe !== undefined) await container.passes(spec.startupProbe);
        continue;
      }
      const exit = await container.closed;
      if (exit !== 0) throw new Error(`${spec.name} ended with ${exit}:\n${container.output}`);
    }
    for (const spec of this.spec.containers) this.#main.push(await this.#run(spec));
    for (const container of this.containers) {
      const { startupProbe, readinessProbe } = container.spec;
      if (startupProbe !== undefined) await container.passes(startupProbe);
      if (readinessProbe !== undefined) await container.passes(readinessProbe);
    }
  }

  async #run(spec: Container): Promise<RunningContainer> {
    const ports = new Map<string, number>();
    const here: Record<string, string> = {};
    for (const { name } of spec.ports) {
      const port = await freePort();
      ports.set(name, port);
      const variable = PORTS[name];
      if (variable === undefined) throw new Error(`${spec.name}: which setting moves the port '${name}'?`);
      here[variable] = String(port);
    }
    const { env, folders } = this.#options.inject(this.spec, spec);
    const settings = { ...folders[HERE], ...here };
    return new RunningContainer({
      spec,
      ports,
      image: await this.#options.imageOf(spec.image),
      volumes: [...this.#mountsOf(spec), ...(await this.#placed(spec, { ...folders, [HERE]: settings }))],
      env: {
        ...Object.fromEntries(spec.env.map(({ name, value }) => [name, value])),
        ...Object.fromEntries(Object.keys(settings).map((name) => [`${name}_FILE`, join(HERE, name)])),
        ...env,
      },
    });
  }

  #mountsOf({ name: container, volumeMounts }: Container): Volume[] {
    return volumeMounts.map(({ name, mountPath: at, readOnly: isReadOnly }) => {
      const source = this.#volumes.get(name);
      if (source === undefined) throw new Error(`${container} mounts ${name}, which is no volume of its pod`);
      return { source, at, isReadOnly };
    });
  }

  async #placed({ name }: Container, folders: Injected['folders']): Promise<Volume[]> {
    return Promise.all(
      Object.entries(folders).map(async ([at, files]) => {
        const source = join(this.#folder, 'injected', name, at);
        await mkdir(source, { recursive: true });
        for (const [file, text] of Object.entries(files)) await writeFile(join(source, file), text);
        return { source, at, isReadOnly: true };
      }),
    );
  }
}
