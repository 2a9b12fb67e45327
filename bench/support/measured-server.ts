import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { NODE_FLAGS } from '../bundle.ts';

/** A child that serves and tells what it has used. */
export class MeasuredServer {
  readonly child: ChildProcess;
  readonly port: number;

  private constructor(child: ChildProcess, port: number) {
    this.child = child;
    this.port = port;
  }

  static async start(...args: readonly string[]): Promise<MeasuredServer> {
    const file = fileURLToPath(new URL('./gateway-child.ts', import.meta.url));
    const child = fork(file, [...args], {
      execArgv: [...NODE_FLAGS, '--expose-gc'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [said] = await once(child, 'message');
    return new MeasuredServer(child, said.port);
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  async used(): Promise<{ cpuUs: number; rssMiB: number }> {
    this.child.send('cpu');
    const [{ cpu, rss }] = await once(this.child, 'message');
    return { cpuUs: cpu.user + cpu.system, rssMiB: rss / 2 ** 20 };
  }

  async collect(): Promise<void> {
    this.child.send('collect');
    await once(this.child, 'message');
  }

  /** CPU of the server for each request, µs; throws when an answer is not the one that is meant. */
  async cpuPerRequest(path: string, headers: Record<string, string>, status: number, amount = 12_000): Promise<number> {
    const before = await this.used();
    const result = await autocannon({ url: this.url(path), headers, connections: 32, amount });
    const after = await this.used();
    const answered =
      Object.entries(result.statusCodeStats ?? {}).find(([code]) => code === String(status))?.[1].count ?? 0;
    if (answered !== amount)
      throw new Error(`expected ${amount} answers of ${status}, got ${JSON.stringify(result.statusCodeStats)}`);
    return (after.cpuUs - before.cpuUs) / amount;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}
