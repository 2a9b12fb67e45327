import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import {
  PermanentError,
  TOPICS,
  type Broker,
  type ObjectStore,
  type OutgoingMessage,
  type PutOptions,
  type PutResult,
} from '@weatherline/runtime';
import * as v from 'valibot';
import { MessageHeaders } from './message-headers.ts';

/** What the owner of a directory does for other processes. */
export type Control = {
  readonly trigger: (order: TriggerOrder) => Promise<TriggerReceipt>;
  readonly publish: Broker['publish'];
  readonly put: ObjectStore['put'];
};

/** Where commands keep what they know; products, readings and plans of runs have their own writers. */
const PREFIXES = ['replays/', 'weather-runs/'] as const;

/** An event has at most 1 MiB of data, which base64 makes a third longer, and its headers. */
const MAX_ORDER_BYTES = 4 * 1024 * 1024;
/** The plan of a replay of a few hundred thousand parts. */
const MAX_OBJECT_BYTES = 128 * 1024 * 1024;
const ANSWER_WITHIN_MS = 60_000;
const NAMES: ReadonlySet<string> = new Set(TOPICS.map(({ name }) => name));

const TriggerOrder = v.looseObject({
  slot: v.string(),
  reason: v.optional(v.picklist(['manual', 'schedule']), 'manual'),
});
export type TriggerOrder = Pick<v.InferOutput<typeof TriggerOrder>, 'slot' | 'reason'>;
const TriggerReceipt = v.object({ run: v.string(), parts: v.number(), isNew: v.boolean() });
export type TriggerReceipt = v.InferOutput<typeof TriggerReceipt>;

const Bytes = v.pipe(
  v.string(),
  // A pattern over a megabyte of text would cost the parser its stack.
  v.check((text) => Buffer.from(text, 'base64').toString('base64') === text, 'expected base64'),
  v.transform((text) => Buffer.from(text, 'base64')),
);
const PublishOrder = v.strictObject({
  topic: v.pipe(
    v.string(),
    v.check((name) => NAMES.has(name), 'expected a topic of the catalogue'),
  ),
  messages: v.array(v.strictObject({ key: v.string(), value: v.nullable(Bytes), headers: MessageHeaders })),
});
const PublishReceipt = v.object({ published: v.number() });

const PutOrder = v.strictObject({
  key: v.pipe(
    v.string(),
    v.check(
      (key) => PREFIXES.some((prefix) => key.startsWith(prefix)),
      `expected a key under ${PREFIXES.join(' or ')}`,
    ),
  ),
  body: Bytes,
  options: v.union([
    v.strictObject({ ...described(), ifNoneMatch: v.literal('*') }),
    v.strictObject({ ...described(), ifMatch: v.string() }),
  ]),
});
const PutReceipt = v.union([
  v.object({ stored: v.literal(true), etag: v.string() }),
  v.object({ stored: v.literal(false) }),
]);

function described() {
  return { contentType: v.string(), metadata: v.optional(v.record(v.string(), v.string()), {}) };
}

/** Serves the owner's socket: one order a request, checked before anything is done. */
export async function serveControl(socket: string, control: Control): Promise<AsyncDisposable> {
  const takers = new Map<string | undefined, (order: unknown) => Promise<unknown>>([
    ['/trigger', async (order) => control.trigger(v.parse(TriggerOrder, order))],
    ['/publish', async (order) => publishFor(control, order)],
    ['/put', async (order) => putFor(control, order)],
  ]);
  const server = createServer((incoming, outgoing) => {
    const take = incoming.method === 'POST' ? takers.get(incoming.url) : undefined;
    void send(outgoing, answerOf(take, incoming));
  });
  server.listen(socket);
  await once(server, 'listening');
  return {
    [Symbol.asyncDispose]: async () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function send(outgoing: ServerResponse, coming: Promise<Answer>): Promise<void> {
  const { status, body } = await coming.catch((error: unknown) => ({
    status: statusOf(error),
    body: { error: wordsOf(error) },
  }));
  // The asker may have gone; what it asked for is done or refused all the same.
  outgoing.on('error', () => outgoing.destroy());
  outgoing.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  outgoing.end(JSON.stringify(body));
}

type Answer = { readonly status: number; readonly body: unknown };

async function answerOf(
  take: ((order: unknown) => Promise<unknown>) | undefined,
  incoming: IncomingMessage,
): Promise<Answer> {
  if (take === undefined) return { status: 404, body: { error: 'not found' } };
  const most = incoming.url === '/put' ? MAX_OBJECT_BYTES : MAX_ORDER_BYTES;
  const text = await textOf(incoming, most);
  if (text === undefined) return { status: 413, body: { error: `expected at most ${most} bytes` } };
  const order: unknown = JSON.parse(text);
  return { status: 200, body: await take(order) };
}

async function publishFor(control: Control, order: unknown): Promise<v.InferOutput<typeof PublishReceipt>> {
  const { topic, messages } = v.parse(PublishOrder, order);
  await control.publish(topic, messages);
  return { published: messages.length };
}

async function putFor({ put }: Control, order: unknown): Promise<PutResult> {
  const { key, body, options } = v.parse(PutOrder, order);
  return put(key, body, options);
}

/** The whole body, or undefined when it is too long; the rest of a long one is read and dropped, so that the answer arrives. */
async function textOf(incoming: IncomingMessage, most = MAX_ORDER_BYTES): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes <= most) chunks.push(chunk);
  }
  return bytes > most ? undefined : Buffer.concat(chunks).toString('utf8');
}

function statusOf(error: unknown): number {
  const isTheirs = error instanceof v.ValiError || error instanceof SyntaxError || error instanceof PermanentError;
  return isTheirs ? 400 : 500;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof v.ValiError)) return error instanceof Error ? error.message : String(error);
  return error.issues.map((issue) => `${v.getDotPath(issue) ?? 'the order'}: ${issue.message}`).join('; ');
}

/** Asks the owner to trigger a slot; rejects when nobody answers. */
export async function orderTrigger(socket: string, order: TriggerOrder): Promise<TriggerReceipt> {
  return v.parse(TriggerReceipt, await ask(socket, '/trigger', order));
}

/** Asks the owner to publish; resolves when every message is durable. */
export async function orderPublish(socket: string, topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
  const coded = messages.map(({ key, value, headers }) => ({
    key,
    value: value === null ? null : Buffer.from(value).toString('base64'),
    headers,
  }));
  v.parse(PublishReceipt, await ask(socket, '/publish', { topic, messages: coded }));
}

/** Asks the owner to store an object; as the store itself answers. */
export async function orderPut(socket: string, key: string, body: Uint8Array, options: PutOptions): Promise<PutResult> {
  return v.parse(PutReceipt, await ask(socket, '/put', { key, body: Buffer.from(body).toString('base64'), options }));
}

async function ask(socketPath: string, path: string, order: unknown): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const outgoing = request({ socketPath, path, method: 'POST' }, (incoming) => {
    textOf(incoming)
      .then((text = '') => {
        const answer: unknown = JSON.parse(text);
        if (incoming.statusCode === 404) throw new Error('it runs another version of weatherline: start it again');
        if (incoming.statusCode !== 200)
          throw new Error(refusalOf(answer) ?? `unexpected answer of the owner: ${text}`);
        return answer;
      })
      .then(resolve, reject);
  });
  outgoing.on('error', reject);
  // One that was suspended takes a connection and says nothing.
  outgoing.setTimeout(ANSWER_WITHIN_MS, () => outgoing.destroy(new Error('no answer within a minute')));
  outgoing.end(JSON.stringify(order));
  return promise;
}

function refusalOf(answer: unknown): string | undefined {
  return typeof answer === 'object' && answer !== null && 'error' in answer ? String(answer.error) : undefined;
}
