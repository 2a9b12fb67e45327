import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export type Encoding = 'identity' | 'gzip' | 'br';

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

/** Fewer bytes than this are not worth compressing. */
const LEAST_BYTES = 1_024;
const COMPRESSIBLE =
  /^(text\/|application\/(json|geo\+json|problem\+json|schema\+json|x-ndjson|openapi|javascript)|image\/svg)/;

export function isCompressible(type: string, bytes: number): boolean {
  return bytes >= LEAST_BYTES && COMPRESSIBLE.test(type);
}

/** Compresses for keeping: done once, off the main thread. */
export async function encode(body: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === 'br') return compressBrotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
  return encoding === 'gzip' ? compressGzip(body, { level: 6 }) : body;
}

const chosen = new Map<string, Encoding>();

/** The encoding that an Accept-Encoding asks for (RFC 9110 §12.5.3): brotli before gzip when both are as welcome. */
export function encodingOf(accepted: string | undefined): Encoding {
  if (accepted === undefined || accepted === '') return 'identity';
  let encoding = chosen.get(accepted);
  if (encoding === undefined) {
    encoding = choose(accepted);
    // Clients send a handful of these; one that invents them must not fill memory.
    if (chosen.size < 256) chosen.set(accepted, encoding);
  }
  return encoding;
}

function choose(accepted: string): Encoding {
  const weights = new Map<string, number>();
  for (const part of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const quality = parameters.find((text) => text.startsWith('q='));
    const weight = quality === undefined ? 1 : Number(quality.slice(2));
    weights.set(name, Number.isNaN(weight) ? 0 : weight);
  }
  const weightOf = (name: Encoding): number =>
    weights.get(name) ?? (name === 'identity' ? 0.001 : (weights.get('*') ?? 0));
  let best: Encoding = 'identity';
  for (const candidate of ['gzip', 'br'] as const) {
    if (weightOf(candidate) > 0 && weightOf(candidate) >= weightOf(best)) best = candidate;
  }
  return best;
}
