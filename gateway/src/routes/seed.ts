import { operation } from '../contract/operation.ts';
import { strictLimit } from '../contract/parameter.ts';
import { Health, SeedProducts } from '../contract/schemas.ts';
import { json, type Reply } from '../http/reply.ts';
import { readAhead } from '@weatherline/runtime';
import { bytesOf, MOST_BYTES_HELD } from './series.ts';
import type { SlotEntry } from '../store/product-index.ts';
import type { StoredPart } from '../store/products.ts';

const TYPE = 'application/json; charset=utf-8';

const products = operation({
  id: 'seedProducts',
  route: '/products',
  tag: 'seed',
  summary: 'The records of the last products, oldest first, as one array: the API that came before /v1',
  path: {},
  query: { limit: strictLimit(100) },
  formats: ['json'],
  ignoresUnknown: true,
  answers: [{ status: 200, description: 'Records', content: { 'application/json': SeedProducts } }],
  problems: ['invalid-parameter'],
  async handle({ query }, ports): Promise<Reply> {
    const count = query.limit ?? 1;
    const newest: SlotEntry[] = [];
    for await (const slot of ports.products.newestSlots(undefined, Math.min(8, Math.ceil(count / 4)))) {
      if (newest.push(slot) >= count) break;
    }
    const slots = newest.toReversed();
    const infos = slots.flatMap(({ parts }) => parts);
    const isSmall = slots.reduce((sum, slot) => sum + bytesOf(slot), 0) <= 4 * MOST_BYTES_HELD;
    const read = (): AsyncGenerator<StoredPart> =>
      readAhead(infos, 8, async (info) => ports.products.part(info, { keep: isSmall }));
    if (!isSmall) return { kind: 'stream', type: TYPE, chunks: (signal) => joined(read(), signal) };
    const texts: string[] = [];
    for await (const { lines } of read()) for (const { text } of lines) texts.push(text);
    const modified = Math.max(0, ...infos.map(({ lastModified }) => lastModified.getTime()));
    const body = `[${texts.join(',')}]`;
    return { kind: 'whole', type: TYPE, body, ...(modified === 0 ? {} : { modified: new Date(modified) }) };
  },
});

async function* joined(parts: AsyncIterable<StoredPart>, signal: AbortSignal): AsyncGenerator<string> {
  let separator = '[';
  for await (const { lines } of parts) {
    signal.throwIfAborted();
    if (lines.length === 0) continue;
    yield separator + lines.map(({ text }) => text).join(',');
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}

const health = operation({
  id: 'seedHealth',
  route: '/health',
  tag: 'seed',
  summary: 'Does the gateway answer? /v1/status says more',
  path: {},
  query: {},
  formats: ['json'],
  ignoresUnknown: true,
  answers: [{ status: 200, description: 'It does', content: { 'application/json': Health } }],
  problems: [],
  async handle() {
    const { type, body } = json({ status: 'healthy', service: 'products-api' });
    return { kind: 'passing', type, body: String(body) };
  },
});

export const seedOperations = [products, health];
