import { CloudEvent, HTTP } from 'cloudevents';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Chained } from '@weatherline/events';
import { systemClock } from './clock.ts';
import { decodeStructured, envelopeOf, MAX_EVENT_BYTES, type Envelope } from './codec.ts';
import { describe } from './dead-letter.ts';
import type { FunctionDefinition, Logger } from './define-function.ts';
import { DependencyError, HaltError, PermanentError } from './errors.ts';
import type { Observe } from './handle-message.ts';
import { invoke } from './invoke.ts';
import { parseData } from './parse-data.ts';
import type { Clock } from './ports.ts';

export type HttpHostOptions<In extends Chained, Out extends Chained> = {
  readonly function: FunctionDefinition<In, Out>;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly observe?: Observe;
  readonly signal: AbortSignal;
};

type Reply = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };

/**
 * A function as a CloudEvents HTTP endpoint: binary, structured or batched events in, the reply event in the response.
 *
 * Status codes are those that Knative's channels act on: 400 and 413 are final (dead letter), 408, 429 and 5xx are
 * tried again, 503 carries `Retry-After`.
 */
export function httpHost<In extends Chained, Out extends Chained>(
  options: HttpHostOptions<In, Out>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const send = ({ status, headers, body }: Reply): void => {
      response.writeHead(status, { ...headers }).end(body);
    };
    answer(request, options).then(send, (error: unknown) => send(problem(error, options)));
  };
}

async function answer<In extends Chained, Out extends Chained>(
  request: IncomingMessage,
  options: HttpHostOptions<In, Out>,
): Promise<Reply> {
  if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' }, body: '' };
  const body = await bodyOf(request);
  const inputs = parse(request, body);
  const replies: CloudEvent<unknown>[] = [];
  for (const input of inputs) replies.push(await handle(input, options));
  const [first] = replies;
  if (first === undefined) return { status: 204, headers: {}, body: '' };
  if (isBatch(request)) {
    const batch = `[${replies.map((reply) => JSON.stringify(reply)).join(',')}]`;
    return {
      status: 200,
      headers: { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' },
      body: batch,
    };
  }
  const message = HTTP.binary(first);
  const headers = Object.fromEntries(Object.entries(message.headers).map(([name, text]) => [name, String(text)]));
  return { status: 200, headers, body: String(message.body) };
}

function isBatch(request: IncomingMessage): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/cloudevents-batch');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > 2 * MAX_EVENT_BYTES) {
      throw new PermanentError('EVENT_TOO_LARGE', `expected at most ${MAX_EVENT_BYTES} bytes of data`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(request: IncomingMessage, body: string): Envelope[] {
  try {
    const parsed = HTTP.toEvent({ headers: request.headers, body });
    return (Array.isArray(parsed) ? parsed : [parsed]).map((event) =>
      decodeStructured(Buffer.from(JSON.stringify(event))),
    );
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PermanentError('INVALID_EVENT', `expected a CloudEvent 1.0: ${why.slice(0, 300)}`, { cause });
  }
}

async function handle<In extends Chained, Out extends Chained>(
  { attributes, data }: Envelope,
  { function: definition, log, clock = systemClock, observe, signal }: HttpHostOptions<In, Out>,
): Promise<CloudEvent<unknown>> {
  const startedAt = clock.now();
  const input = parseData(definition, { attributes, data });
  const event = { run_id: input.run.id, event_id: attributes.id, attempt: 1 };
  const output = await invoke(definition, input, { log, event, attempt: 1, clock, signal });
  const stamps = { startedAt, endedAt: clock.now(), attempt: 1 };
  const reply = envelopeOf(definition.emits, output, { attributes, stamps });
  const durationMs = clock.now().getTime() - startedAt.getTime();
  observe?.({
    function: definition.name,
    outcome: 'handled',
    durationMs,
    ageMs: durationMs,
    topic: definition.accepts.topic,
  });
  log.info('event handled', { function: definition.name, ...event, outcome: 'handled', duration_ms: durationMs });
  return new CloudEvent({ ...reply.attributes, data: reply.data });
}

function problem<In extends Chained, Out extends Chained>(
  error: unknown,
  { function: definition, log, observe }: HttpHostOptions<In, Out>,
): Reply {
  const { code, message } = describe(error);
  const { status, retryAfterMs } = statusOf(error);
  const outcome = status < 500 && status !== 429 ? 'dead_lettered' : error instanceof HaltError ? 'halted' : 'retried';
  observe?.({ function: definition.name, outcome, durationMs: 0, ageMs: 0, topic: definition.accepts.topic, code });
  log.warn('event refused', { function: definition.name, code, detail: message, status });
  const known = status !== 500;
  const body = { type: 'about:blank', title: code, status, ...(known ? { detail: message } : {}) };
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
    },
    body: JSON.stringify(body),
  };
}

function statusOf(error: unknown): { status: number; retryAfterMs?: number } {
  if (error instanceof PermanentError) return { status: error.code === 'EVENT_TOO_LARGE' ? 413 : 400 };
  if (error instanceof HaltError) return { status: 503, retryAfterMs: 30_000 };
  if (error instanceof DependencyError) {
    const status = error.code === 'THROTTLED' ? 429 : 503;
    return { status, retryAfterMs: error.retryAfterMs ?? 5_000 };
  }
  return { status: 500 };
}
