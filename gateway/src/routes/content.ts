import { parseProductKey } from '@weatherline/events';
import { createHash } from 'node:crypto';
import { operation } from '../contract/operation.ts';
import { slot } from '../contract/instants.ts';
import { flag, whole, word } from '../contract/parameter.ts';
import { Download } from '../contract/schemas.ts';
import { Problem } from '../http/problem.ts';
import { json, type Reply } from '../http/reply.ts';
import type { RoutePorts } from '../route-ports.ts';
import type { SlotEntry } from '../store/product-index.ts';
import { linksOf, modifiedOf } from './product-view.ts';
import { wantedSlot } from './products.ts';

/** A presigned address works for 15 minutes from the start of its window of 5, so for at least 10 more. */
const WINDOW_MS = 5 * 60_000;
const EXPIRES_MS = 15 * 60_000;

const PART = whole('Of a product of several parts: which one, from 1', 1, 99_999);

const content = operation({
  id: 'getProductContent',
  route: '/v1/products/{slot}/content',
  tag: 'products',
  summary: 'The stored bytes, part after part; ranges are served',
  path: { slot },
  query: {
    rev: word(
      'The first eight characters of the ETag: these bytes and no others, which may be kept for ever',
      /^[\w-]{8}$/,
      'must be the first eight characters of an ETag',
    ),
    part: PART,
  },
  formats: ['json'],
  answers: [
    { status: 200, description: 'JSONL, one record a line', content: { 'application/x-ndjson': undefined } },
    { status: 206, description: 'One range of it', content: { 'application/x-ndjson': undefined } },
  ],
  problems: ['invalid-parameter', 'unknown-parameter', 'product-not-found', 'range-not-satisfiable'],
  async handle({ path, query }, ports): Promise<Reply> {
    const entry = partOf(await wantedSlot(path.slot, ports), query.part);
    const etag = tagOf(entry);
    if (query.rev !== undefined && query.rev !== etag.slice(0, 8)) {
      throw new Problem('product-not-found', `the product of ${entry.id} is not at revision ${query.rev} any more`);
    }
    return {
      kind: 'content',
      type: 'application/x-ndjson; charset=utf-8',
      modified: lastPart(entry),
      keeping: query.rev === undefined ? 'until-next' : 'immutable',
      links: [{ rel: 'describedby', href: '/schemas/weatherline.product-1.json' }],
      headers: { 'content-disposition': `inline; filename="${fileName(entry.id)}"` },
      content: {
        etag,
        sha256: await digestOf(entry, ports),
        pieces: entry.parts.map((info) => ({
          size: info.size,
          read: async () => ports.products.bytes(info),
        })),
      },
    };
  },
});

const download = operation({
  id: 'downloadProduct',
  route: '/v1/products/{slot}/download',
  tag: 'products',
  summary: 'Where to fetch the stored bytes: the store itself where it gives out addresses, else /content',
  path: { slot },
  query: {
    redirect: flag('false = an answer in JSON instead of the redirect'),
    part: PART,
  },
  formats: ['json'],
  answers: [
    { status: 302, description: 'The address of the bytes', content: {} },
    { status: 200, description: 'The same in JSON', content: { 'application/json': Download } },
  ],
  problems: ['invalid-parameter', 'unknown-parameter', 'product-not-found'],
  async handle({ path, query }, ports): Promise<Reply> {
    const entry = await wantedSlot(path.slot, ports);
    const address = await addressOf(entry, query.part, ports);
    const { url, expiresAt } = address;
    const leftS =
      expiresAt === undefined ? 60 : Math.floor((expiresAt.getTime() - ports.clock.now().getTime()) / 1000) - 60;
    if (query.redirect ?? true) return { kind: 'redirect', location: url, maxAgeS: Math.max(0, leftS) };
    const expires = expiresAt === undefined ? null : expiresAt.toISOString().replace(/\.\d{3}Z$/, 'Z');
    const { type, body } = json({ url, method: 'GET', expires_at: expires });
    return { kind: 'passing', type, body: String(body) };
  },
});

async function addressOf(
  entry: SlotEntry,
  part: number | undefined,
  { presigner }: RoutePorts,
): Promise<{ url: string; expiresAt: Date | undefined }> {
  const [info] = partOf(entry, part).parts;
  const isWhole = part === undefined && entry.expected > 1;
  if (presigner === undefined || info === undefined || isWhole) {
    const { content: href } = linksOf(entry.id);
    return { url: part === undefined ? href : `${href}?part=${part}`, expiresAt: undefined };
  }
  const url = await presigner.presignGet(info.key, {
    expiresInMs: EXPIRES_MS,
    windowMs: WINDOW_MS,
    contentDisposition: `attachment; filename="${fileName(entry.id)}"`,
    contentType: 'application/x-ndjson',
  });
  return { url, expiresAt: expiryOf(url) };
}

/** The product, or the one part of it that is asked for. */
function partOf(entry: SlotEntry, part: number | undefined): SlotEntry {
  if (part === undefined) return entry;
  const parts = entry.parts.filter(({ key }) => parseProductKey(key)?.part.index === part);
  if (parts.length > 0) return { ...entry, parts };
  throw new Problem('product-not-found', `the product of ${entry.id} has no part ${part} (of ${entry.expected})`);
}

/** When a presigned address ends (SigV4 query parameters). */
function expiryOf(url: string): Date | undefined {
  const query = URL.parse(url)?.searchParams;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query?.get('X-Amz-Date') ?? '') ?? [];
  if (year === undefined) return undefined;
  const signed = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return new Date(signed + Number(query?.get('X-Amz-Expires') ?? 0) * 1000);
}

/** One part: the hash that upload stored with it. Several: there is none without reading all of them. */
async function digestOf({ parts }: SlotEntry, { products }: RoutePorts): Promise<string | undefined> {
  const [only] = parts;
  if (only === undefined || parts.length > 1) return undefined;
  const { metadata } = await products.part(only);
  const { sha256 } = metadata;
  return sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : undefined;
}

function tagOf({ parts }: SlotEntry): string {
  const tags = parts.map(({ key, etag }) => `${key} ${etag}`).join('\n');
  return createHash('sha256').update(tags).digest('base64url').slice(0, 22);
}

function lastPart({ parts }: SlotEntry): Date {
  return modifiedOf({ id: '', parts, meta: [], expected: 0 });
}

function fileName(id: string): string {
  return `weatherline_${id}.jsonl`;
}

export const contentOperations = [content, download];
