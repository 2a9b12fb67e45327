import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What happens to bytes on their way; each may be changed while connections stand. */
export type Toxics = {
  /** Milliseconds that each chunk is late, both ways. */
  readonly latencyMs?: number;
  /** Bytes a second, each way. */
  readonly bytesPerSecond?: number;
  /** Each chunk is cut into pieces of this size. */
  readonly sliceBytes?: number;
  /** Answers are swallowed: what was asked is done, and nobody is told. */
  readonly losesAnswers?: boolean;
};

/** A relay in front of one address that makes the network as bad as it is told to. */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #toxics: Toxics = {};
  port = 0;

  constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
    this.#server = createServer((client) => this.#relay(client));
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    return this;
  }

  set(toxics: Toxics): void {
    this.#toxics = toxics;
  }

  /** Ends every connection with a reset, in the middle of whatever it carries. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  #relay(client: Socket): void {
    const upstream = connect(this.#target);
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    void this.#carry(client, upstream, 'question');
    void this.#carry(upstream, client, 'answer');
  }

  async #carry(from: Socket, to: Socket, way: 'question' | 'answer'): Promise<void> {
    try {
      for await (const chunk of from) {
        if (!(chunk instanceof Buffer)) continue;
        const { latencyMs = 0, bytesPerSecond, sliceBytes = chunk.length, losesAnswers = false } = this.#toxics;
        if (losesAnswers && way === 'answer') continue;
        if (latencyMs > 0) await delay(latencyMs);
        for (let at = 0; at < chunk.length; at += sliceBytes) {
          const piece = chunk.subarray(at, at + sliceBytes);
          if (bytesPerSecond !== undefined) await delay((piece.length / bytesPerSecond) * 1000);
          if (!to.write(piece)) await once(to, 'drain');
        }
      }
      to.end();
    } catch {
      // One side has gone; the other is ended by its close.
    }
  }
}
