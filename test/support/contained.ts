import { execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A process that runs as in a container. */
export class Contained {
  readonly child: ChildProcess;
  /** The exit code, or the signal's name. */
  readonly closed: Promise<number | string>;
  /** Whether more memory than allowed would end it. */
  readonly isLimited: boolean;
  readonly #isAlone: boolean;
  #output = '';

  constructor(child: ChildProcess, isAlone: boolean, isLimited: boolean) {
    this.child = child;
    this.isLimited = isLimited;
    this.#isAlone = isAlone;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    }
    this.closed = once(child, 'close').then(([code, signal]) => (typeof code === 'number' ? code : String(signal)));
  }

  output(): string {
    return this.#output;
  }

  /** Its process id outside: `unshare` has this one child. */
  pid(): number | undefined {
    const { pid } = this.child;
    const file = `/proc/${pid}/task/${pid}/children`;
    const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    return found === '' ? undefined : Number(found);
  }

  signal(signal: NodeJS.Signals): void {
    const pid = this.pid();
    if (pid !== undefined) process.kill(pid, signal);
  }

  /** Ends it at once. It has another user than `unshare`, which then cannot end it with itself. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    this.child.kill('SIGKILL');
    await this.closed;
  }

  /** The most memory that was its own so far, in MiB. */
  peakMiB(): number {
    const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid()}/status`, 'utf8')) ?? [];
    return Number(kib) / 1024;
  }

  /** The status of an answer, as a kubelet asks; 0 = none within a second. */
  async get(port: number, path: string): Promise<{ readonly status: number; readonly body: string }> {
    const script = `fetch('http://127.0.0.1:${port}${path}', { signal: AbortSignal.timeout(5000) }).then(
      async (answer) => console.log(JSON.stringify({ status: answer.status, body: await answer.text() })),
      () => console.log('{"status":0,"body":""}'))`;
    const [command, inside] = this.#isAlone ? ['nsenter', ['--target', String(this.pid()), '--net']] : ['env', []];
    const asked = promisify(execFile)(command, [...inside, process.execPath, '--eval', script], {
      maxBuffer: 16 * 1024 ** 2,
    });
    // It may end just now, and its network with it.
    const { stdout } = await asked.catch(() => ({ stdout: '{"status":0,"body":""}' }));
    return JSON.parse(stdout);
  }

  /** Asks until the status is the one wanted. */
  async answers(port: number, path: string, status: number, withinMs = 30_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    let last = 0;
    while (Date.now() < deadline && this.child.exitCode === null) {
      last = this.pid() === undefined ? 0 : (await this.get(port, path)).status;
      if (last === status) return;
      await delay(100);
    }
    throw new Error(`${path} of ${port} answers ${last}, not ${status}: ${this.#output.slice(-3000)}`);
  }
}
