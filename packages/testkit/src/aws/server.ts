import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Corrections, type Site } from './correction.ts';
import { CORRECTIONS } from './corrections/index.ts';
import { Memory } from './memory.ts';
import { refusalReply, type AwsCall, type AwsReply } from './message.ts';
import { startMoto, type Moto } from './moto.ts';
import { readCall, sendReply } from './wire.ts';

export type AwsStandInOptions = {
  /** Default 123456789012. */
  readonly account?: string;
  /** Default 0 = any free one. */
  readonly port?: number;
  /** Called with each call once it is answered. */
  readonly onCall?: (call: SeenCall) => void;
};

/** A call that came in, and who answered it. */
export type SeenCall = {
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  readonly status: number;
  readonly by: 'moto' | 'stand-in' | 'nobody';
};

/**
 * Starts AWS for tests: moto, corrected, behind one address.
 *
 * What moto lacks is answered here from memory, what it gets wrong is put right, and what neither knows is refused at
 * once and by name; a server error would make clients try again for minutes. It is a forward proxy, too, for calls
 * whose host carries the account. It checks shape and wiring, not AWS's rules.
 */
export async function startAwsStandIn(options: AwsStandInOptions = {}): Promise<AwsStandIn> {
  const account = options.account ?? '123456789012';
  const moto = await startMoto(account);
  const standIn = new AwsStandIn(moto, { ...options, account });
  await standIn.listen(options.port ?? 0);
  return standIn;
}

export class AwsStandIn implements AsyncDisposable {
  /** Every call so far, oldest first. */
  readonly calls: SeenCall[] = [];
  readonly account: string;
  readonly #moto: Moto;
  readonly #onCall: (call: SeenCall) => void;
  readonly #corrections = new Corrections(CORRECTIONS);
  readonly #memory = new Memory();
  readonly #server: Server;
  #port = 0;

  constructor(moto: Moto, { account, onCall }: AwsStandInOptions & { readonly account: string }) {
    this.account = account;
    this.#moto = moto;
    this.#onCall = onCall ?? (() => undefined);
    this.#server = createServer((incoming, response) => {
      // A client that goes away in the middle of its request takes its connection with it.
      this.#serve(incoming, response).catch(() => response.destroy());
    });
    this.#server.keepAliveTimeout = 60_000;
    // Nothing here speaks TLS: whoever asks for a tunnel is on the way to the real AWS.
    this.#server.on('connect', (_incoming, socket) => socket.end('HTTP/1.1 403 Forbidden by the stand-in\r\n\r\n'));
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** moto itself, uncorrected. */
  get motoUrl(): string {
    return this.#moto.url;
  }

  /** What a program of AWS's needs in its environment to take this for AWS, and nothing besides. */
  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: this.url,
      HTTP_PROXY: this.url,
      AWS_ACCESS_KEY_ID: 'test',
      // No word that anything else could hold: tests look for it where it must not be.
      AWS_SECRET_ACCESS_KEY: 'of-nobody-5f1c0a7e-never-to-be-seen',
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** `<service> <operation>` of each call that nobody answered. */
  get unanswered(): readonly string[] {
    const missing = this.calls.filter(({ by }) => by === 'nobody');
    return [...new Set(missing.map(({ service, operation }) => `${service} ${operation}`))];
  }

  /** An account with nothing in it. */
  async reset(): Promise<void> {
    await fetch(`${this.motoUrl}/moto-api/reset`, { method: 'POST' });
    this.#memory.clear();
    this.calls.length = 0;
  }

  /**
   * From now on signatures are verified and identity policies decide, until it is turned off again. Temporary
   * credentials are to be fetched before.
   */
  async enforceIam(isOn: boolean): Promise<void> {
    await fetch(`${this.motoUrl}/moto-api/reset-auth`, { method: 'POST', body: isOn ? '0' : 'inf' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
    await this.#moto[Symbol.asyncDispose]();
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { call, host } = await readCall(incoming);
    const { by, reply } = await this.#answer(call, host);
    const { service, operation, region } = call;
    const seen = { service, operation, region, status: reply.status, by };
    this.calls.push(seen);
    this.#onCall(seen);
    sendReply(response, call.method, reply);
  }

  async #answer(call: AwsCall, host: string): Promise<Pick<SeenCall, 'by'> & { readonly reply: AwsReply }> {
    let by: SeenCall['by'] = 'stand-in';
    const moto = async (asked: AwsCall): Promise<AwsReply> => {
      const reply = await this.#moto.forward(asked);
      if (!isUnknown(reply)) return reply;
      by = 'nobody';
      return unknownReply(asked, `moto says ${reply.status}`);
    };
    const site: Site = { account: this.account, memory: this.#memory, moto };
    try {
      if (!isOurs(host, this.url)) return { by: 'nobody', reply: unknownReply(call, `it is for ${host}`) };
      const corrected = await this.#corrections.answer(call, site);
      if (corrected !== undefined) return { by, reply: corrected };
      by = 'moto';
      const reply = await moto(call);
      return { by, reply };
    } catch (error) {
      // A fault of our own must not be tried again and again either.
      const message = `stand-in: ${call.service} ${call.operation} failed: ${String(error)}`;
      return { by: 'nobody', reply: refusalReply(call, { status: 400, code: 'StandInFault', message }) };
    }
  }
}

/** Ourselves, or a name below our address: `<account>.127.0.0.1`. */
function isOurs(host: string, url: string): boolean {
  return host === '' || `http://${host}` === url || /(^|\.)127\.0\.0\.1(:\d+)?$/.test(host);
}

/** moto's way of saying that it has no such operation: a crash, or a web page that says 404. */
function isUnknown({ status, body }: AwsReply): boolean {
  return status >= 500 || (status === 404 && /^\s*<!doctype html/i.test(body.subarray(0, 64).toString()));
}

function unknownReply(call: AwsCall, why: string): AwsReply {
  const message = `stand-in: ${call.service} ${call.operation} is not implemented (${why})`;
  return refusalReply(call, { status: 400, code: 'NotImplementedByStandIn', message });
}
