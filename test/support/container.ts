import { setTimeout as delay } from 'node:timers/promises';
import type { Contained } from './contained.ts';
import type { ImageRoot, Volume } from './image-root.ts';
import { bytesOf, type Container, type Probe } from './pod-spec.ts';

export type ContainerOptions = {
  readonly spec: Container;
  readonly image: ImageRoot;
  readonly env: Readonly<Record<string, string>>;
  readonly volumes: readonly Volume[];
  /** Where its ports are reached, by the name that probes use. */
  readonly ports: ReadonlyMap<string, number>;
};

const MIB = 1024 ** 2;

/** A container of a pod, started from what its image holds. */
export class RunningContainer {
  readonly spec: Container;
  readonly #contained: Contained;
  readonly #ports: ReadonlyMap<string, number>;
  /** Of the last probe. */
  #answer = '';

  constructor({ spec, image, env, volumes, ports }: ContainerOptions) {
    this.spec = spec;
    this.#ports = ports;
    this.#contained = image.start({ args: spec.args, env, volumes, memoryMiB: this.limitMiB });
  }

  /** Resolves with the exit code, or the signal's name. */
  get closed(): Promise<number | string> {
    return this.#contained.closed;
  }

  get output(): string {
    return this.#contained.output();
  }

  get isRunning(): boolean {
    return this.#contained.child.exitCode === null && this.#contained.child.signalCode === null;
  }

  get limitMiB(): number {
    return bytesOf(this.spec.resources.limits.memory) / MIB;
  }

  /** The most memory that it has had. */
  get peakMiB(): number {
    return this.#contained.peakMiB();
  }

  portOf(name: string | number): number {
    const port = this.#ports.get(String(name));
    if (port === undefined) throw new Error(`${this.spec.name}: nothing listens on '${name}'`);
    return port;
  }

  /** Asks once, as the kubelet does: its status, or 0 for no answer in time. */
  async probe({ httpGet, timeoutSeconds }: Probe): Promise<number> {
    const url = `http://127.0.0.1:${this.portOf(httpGet.port)}${httpGet.path}`;
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(timeoutSeconds * 1000), redirect: 'manual' });
      this.#answer = await response.text();
      return response.status;
    } catch (error) {
      this.#answer = String(error);
      return 0;
    }
  }

  /** Waits as long as the probe lets a container fail. */
  async passes(probe: Probe): Promise<void> {
    await delay(probe.initialDelaySeconds * 1000);
    for (let failures = 0; failures < probe.failureThreshold * 4; failures += 1) {
      const status = await this.probe(probe);
      if (status >= 200 && status < 400) return;
      if (!this.isRunning) break;
      await delay((probe.periodSeconds * 1000) / 4);
    }
    const said = `${this.#answer}\n${this.output.slice(-3000)}`;
    throw new Error(`${this.spec.name} never passed ${probe.httpGet.path}: ${said}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#contained.signal(signal);
  }

  async kill(): Promise<void> {
    await this.#contained.kill();
  }
}
