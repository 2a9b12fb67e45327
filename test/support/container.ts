import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Container, Probe } from './pod-spec.ts';
import { sandboxed, type SandboxOptions } from './sandbox.ts';

export type ContainerOptions = Omit<SandboxOptions, 'argv'> & {
  readonly spec: Container;
  readonly env: Readonly<Record<string, string>>;
  /** Where its ports are reached, by the name that probes use. */
  readonly ports: ReadonlyMap<string, number>;
};

/** A container of a pod as a process of this machine. */
export class RunningContainer {
  readonly spec: Container;
  /** Resolves with the exit code, or the signal's name. */
  readonly closed: Promise<number | string>;
  readonly #child: ChildProcess;
  readonly #ports: ReadonlyMap<string, number>;
  #output = '';
  /** Of the last probe. */
  #answer = '';

  constructor({ spec, env, ports, ...sandbox }: ContainerOptions) {
    this.spec = spec;
    this.#ports = ports;
    const { command, args } = sandboxed({ ...sandbox, argv: ['/app/main.mjs', ...spec.args] });
    // Nothing of this shell's environment gets in, but for where the sandbox finds its own tools.
    const child = spawn(command, [...args], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/home/nonroot', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    }
    this.closed = once(child, 'close').then(([code, signal]) => (typeof code === 'number' ? code : String(signal)));
  }

  get output(): string {
    return this.#output;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
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
    throw new Error(
      `${this.spec.name} never passed ${probe.httpGet.path}: ${this.#answer}\n${this.#output.slice(-3000)}`,
    );
  }

  /** The most memory that it has had, bytes. */
  peakBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
