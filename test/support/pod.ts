import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { Contained } from './contained.ts';
import type { Volume as Mounted } from './image-root.ts';
import { fillVolume, writeFiles, type Cluster } from './pod-volumes.ts';
import type { Container, PodSpec, Probe } from './rendered.ts';

type Running = {
  readonly container: Container;
  readonly contained: Contained;
  readonly ports: ReadonlyMap<string, number>;
};

/** A pod without Kubernetes: its files, its containers in their order, its probes, its end as the kubelet makes it. */
export class Pod {
  readonly name: string;
  readonly spec: PodSpec;
  readonly running: Running[] = [];
  /** Liveness probes that failed so often in a row that the kubelet would have restarted the container. */
  readonly killed: string[] = [];
  readonly #cluster: Cluster;
  readonly #folder: string;
  readonly #ending = new AbortController();
  #lines = '';

  constructor(t: ExecutionContext, name: string, spec: PodSpec, cluster: Cluster) {
    this.name = name;
    this.spec = spec;
    this.#cluster = cluster;
    this.#folder = mkdtempSync(join(tmpdir(), 'weatherline-pod-'));
    chmodSync(this.#folder, 0o755);
    t.teardown(() => {
      this.#ending.abort();
      rmSync(this.#folder, { recursive: true, force: true });
    });
    for (const volume of spec.volumes) fillVolume(join(this.#folder, volume.name), volume, { spec, cluster });
  }

  /** Starts its containers as Kubernetes does, and waits until they are ready; a job's pod is started with `job`. */
  async start(): Promise<this> {
    for (const container of this.spec.initContainers) {
      const running = await this.#begin(container);
      if (container.restartPolicy === 'Always') await this.#watch(running);
      else await this.#finish(running);
    }
    for (const container of this.spec.containers) await this.#watch(await this.#begin(container));
    return this;
  }

  /** Runs the one container of a job to its end. */
  async job(): Promise<{ readonly code: number | string; readonly output: string }> {
    const [container] = this.spec.containers;
    if (container === undefined) throw new Error(`${this.name} has no container`);
    const { contained } = await this.#begin(container);
    return { code: await contained.closed, output: contained.output() };
  }

  async #begin(container: Container): Promise<Running> {
    const ports = new Map<string, number>();
    for (const { name } of container.ports) ports.set(name, await this.#cluster.port());
    const infra = ports.get('infra') ?? ports.get('infra-secrets') ?? (await this.#cluster.port());
    const files = {
      ...this.#cluster.standIns,
      WEATHERLINE_INFRA_PORT: String(infra),
      WEATHERLINE_HTTP_PORT: String(ports.get('http') ?? (await this.#cluster.port())),
    };
    const folder = join(this.#folder, `stand-ins-${container.name}`);
    mkdirSync(folder);
    writeFiles(folder, files, 0o644);
    const volumes: Mounted[] = container.volumeMounts.map(({ name, mountPath, readOnly }) => ({
      source: join(this.#folder, name),
      at: mountPath,
      isReadOnly: readOnly,
    }));
    const root = await this.#cluster.image(container.image);
    const contained = root.start({
      args: container.args,
      env: {
        ...Object.fromEntries(container.env.map(({ name, value }) => [name, value])),
        ...Object.fromEntries(Object.keys(files).map((name) => [`${name}_FILE`, `/etc/stand-ins/${name}`])),
        ...this.#cluster.injected,
      },
      volumes: [...volumes, { source: folder, at: '/etc/stand-ins', isReadOnly: true }],
      memoryMiB: Number.parseInt(container.resources.limits.memory, 10),
    });
    return { container, contained, ports };
  }

  async #finish({ container, contained }: Running): Promise<void> {
    const code = await contained.closed;
    this.#lines += contained.output();
    if (code !== 0) throw new Error(`${this.name}/${container.name} ended with ${code}: ${contained.output()}`);
  }

  /** Startup, readiness and liveness, each asked as it says. */
  async #watch(running: Running): Promise<void> {
    this.running.push(running);
    const { startupProbe, readinessProbe, livenessProbe } = running.container;
    if (startupProbe !== undefined) await this.#until(running, startupProbe, startupProbe.failureThreshold);
    if (livenessProbe !== undefined) void this.#live(running, livenessProbe);
    if (readinessProbe !== undefined) await this.#until(running, readinessProbe, 24);
  }

  async #until(running: Running, probe: Probe, times: number): Promise<void> {
    for (let tries = 0; tries < times; tries += 1) {
      if (await passes(running, probe)) return;
      await delay(probe.periodSeconds * 1000);
    }
    const { container, contained, ports } = running;
    const answer = await contained.get(ports.get(probe.httpGet.port) ?? 0, probe.httpGet.path);
    throw new Error(
      `${this.name}/${container.name}: ${probe.httpGet.path} answers ${answer.status} ${answer.body}: ${contained.output().slice(-3000)}`,
    );
  }

  async #live(running: Running, probe: Probe): Promise<void> {
    for (let failures = 0; !this.#ending.signal.aborted;) {
      failures = (await passes(running, probe)) || this.#ending.signal.aborted ? 0 : failures + 1;
      if (failures === probe.failureThreshold) this.killed.push(`${this.name}/${running.container.name}`);
      await delay(probe.periodSeconds * 1000, undefined, { signal: this.#ending.signal }).catch(() => undefined);
    }
  }

  portOf(name: string): number {
    const port = this.running.map(({ ports }) => ports.get(name)).find((one) => one !== undefined);
    if (port === undefined) throw new Error(`${this.name} has no port ${name}`);
    return port;
  }

  /** SIGTERM to the containers, then to sidecars; answers what ended otherwise than with 0 within the grace period. */
  async end(): Promise<string[]> {
    this.#ending.abort();
    const deadline = Date.now() + this.spec.terminationGracePeriodSeconds * 1000;
    const wrong: string[] = [];
    for (const { container, contained } of this.running.toReversed()) {
      contained.signal('SIGTERM');
      const late = delay(Math.max(0, deadline - Date.now()), 'SIGKILL', { ref: false });
      const code = await Promise.race([contained.closed, late]);
      if (code !== 0) wrong.push(`${this.name}/${container.name}: ${code}`);
    }
    return wrong;
  }

  /** Everything that its containers have written. */
  output(): string {
    return this.#lines + this.running.map(({ contained }) => contained.output()).join('');
  }
}

async function passes({ contained, ports }: Running, { httpGet, timeoutSeconds }: Probe): Promise<boolean> {
  const port = ports.get(httpGet.port);
  if (port === undefined) throw new Error(`no port is named ${httpGet.port}`);
  if (contained.child.exitCode !== null) return false;
  const asked = fetch(`http://127.0.0.1:${port}${httpGet.path}`, {
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  });
  return asked.then(
    (answer) => answer.status >= 200 && answer.status < 400,
    () => false,
  );
}
