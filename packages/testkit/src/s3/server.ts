import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Bucket } from './buckets.ts';
import { answerControl, isControl, type Controlled } from './control.ts';
import { FaultScript, isManner, refuseFor, type FaultRule } from './faults.ts';
import { operationOf, S3Error, type S3Reply, type S3Request } from './message.ts';
import { etagOf } from './objects.ts';
import { errorReply, Service, type ServiceOptions } from './service.ts';
import type { Assumed } from './sts.ts';
import { beforeStore, readRequest, sendReply, skewOf } from './wire.ts';

export type S3ServerOptions = ServiceOptions & {
  /** Created at the start. */
  readonly buckets?: readonly string[];
  readonly script?: readonly FaultRule[];
  readonly host?: string;
  /** Default 0 = any free one. */
  readonly port?: number;
};

/**
 * Starts S3 and STS in this process, in memory, for tests and for people.
 *
 * It checks what an application can get wrong: signatures, expiry, checksums, conditions, ranges, paging. A fault
 * script decides when it misbehaves; other processes set it by `PUT /_faults` (see `control.ts`).
 */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const server = new S3Server(options);
  await server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  return server;
}

export class S3Server implements Controlled, AsyncDisposable {
  readonly #service: Service;
  readonly #server: Server;
  readonly #counts = new Map<string, number>();
  #script: FaultScript;
  #offsetMs = 0;
  #port = 0;

  constructor(options: S3ServerOptions) {
    this.#service = new Service(options);
    this.#script = new FaultScript(options.script);
    for (const name of options.buckets ?? []) this.#service.buckets.create(name, this.#now());
    this.#server = createServer((incoming, response) => {
      // A client that goes away in the middle of its request takes its connection with it.
      this.#serve(incoming, response).catch(() => response.destroy());
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  async listen(port: number, host: string): Promise<void> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get accessKeyId(): string {
    return this.#service.credentials.accessKeyId;
  }

  get secretAccessKey(): string {
    return this.#service.credentials.secretAccessKey;
  }

  /** Requests so far by operation (`GetObject`, `ListObjectsV2` …), faulted ones included. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  resetCounts(): void {
    this.#counts.clear();
  }

  get script(): readonly FaultRule[] {
    return this.#script.rules;
  }

  setScript(script: readonly FaultRule[]): void {
    this.#script = new FaultScript(script);
  }

  /** How far the server's clock is ahead of ours. */
  setClockOffset(ms: number): void {
    this.#offsetMs = ms;
  }

  bucket(name: string): Bucket {
    return this.#service.buckets.get(name);
  }

  /** Creates a bucket without a request. */
  seedBucket(name: string): void {
    this.#service.buckets.create(name, this.#now());
  }

  /** Puts an object there without a request. */
  seed(bucket: string, key: string, bytes: Uint8Array, headers: Readonly<Record<string, string>> = {}): void {
    // Not copied: a million objects may share their bytes.
    const body = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
    this.bucket(bucket).put(key, { body, etag: etagOf(body), headers, checksums: {}, modified: this.#now() });
  }

  /** Uploads in parts that were neither completed nor aborted. */
  get openUploads(): number {
    return this.#service.multipart.open;
  }

  /** Every role that was assumed, oldest first. */
  get assumed(): readonly Assumed[] {
    return this.#service.credentials.assumed;
  }

  /** Ends the life of every temporary credential that was given out. */
  expireCredentials(): void {
    this.#service.credentials.expireAll(this.#now().getTime());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    if (isControl(request)) {
      sendReply(request, response, answerControl(request, this), { date: this.#now() });
      return;
    }
    const operation = operationOf(request);
    this.#counts.set(operation, (this.#counts.get(operation) ?? 0) + 1);
    const rule = this.#script.next({ operation, method: request.method, key: request.key });
    if (!(await beforeStore(rule, response))) return;
    const date = new Date(this.#now().getTime() + skewOf(rule));
    const fault = rule !== undefined && isManner(rule.fault) ? rule.fault : undefined;
    sendReply(request, response, this.#answer(request, date, rule), { date, fault });
  }

  #answer(request: S3Request, date: Date, rule: FaultRule | undefined): S3Reply {
    try {
      if (rule !== undefined) refuseFor(rule.fault);
      const reply = this.#service.answer(request, date);
      if (rule?.fault === 'internal-after') throw new S3Error(500, 'InternalError', 'injected by the fault script');
      return reply;
    } catch (error) {
      const isKnown = error instanceof S3Error;
      // A bug of the server's must not look like one of its faults.
      if (!isKnown) process.emitWarning(error instanceof Error ? error : String(error));
      return errorReply(request, isKnown ? error : new S3Error(500, 'InternalError'));
    }
  }

  #now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }
}
