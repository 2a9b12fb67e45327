import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { refuse, type S3Request } from './message.ts';

/** What was sent, without its framing, and the checksums that it was proved against. */
export type Decoded = { readonly body: Buffer; readonly checksums: Readonly<Record<string, string>> };

const ALGORITHMS: Readonly<Record<string, (bytes: Buffer) => string>> = {
  crc32: (bytes) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(bytes));
    return sum.toString('base64');
  },
  sha1: (bytes) => createHash('sha1').update(bytes).digest('base64'),
  sha256: (bytes) => createHash('sha256').update(bytes).digest('base64'),
};

/** Takes off the chunking of `aws-chunked` and proves every checksum, of the headers and of the trailer. */
export function decodeBody({ headers, raw }: S3Request): Decoded {
  const mode = headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD';
  const { body, trailers } = mode.startsWith('STREAMING-') ? unchunk(raw) : { body: raw, trailers: {} };
  const length = headers['x-amz-decoded-content-length'];
  if (length !== undefined && Number(length) !== body.length) refuse(400, 'IncompleteBody');
  if (/^[\da-f]{64}$/.test(mode) && createHash('sha256').update(body).digest('hex') !== mode) {
    refuse(400, 'XAmzContentSHA256Mismatch');
  }
  const md5 = headers['content-md5'];
  if (md5 !== undefined && createHash('md5').update(body).digest('base64') !== md5) refuse(400, 'BadDigest');
  const sent: Readonly<Record<string, string | undefined>> = { ...headers, ...trailers };
  const checksums: Record<string, string> = {};
  for (const [name, sum] of Object.entries(ALGORITHMS)) {
    const claimed = sent[`x-amz-checksum-${name}`];
    if (claimed === undefined) continue;
    if (sum(body) !== claimed) refuse(400, 'BadDigest', `The ${name.toUpperCase()} you specified did not match.`);
    checksums[`x-amz-checksum-${name}`] = claimed;
  }
  return { body, checksums };
}

/** `<size in hex>[;signature]CRLF<bytes>CRLF…0CRLF<trailers>CRLF`. */
function unchunk(raw: Buffer): { body: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = raw.indexOf('\r\n', at);
    const size = Number.parseInt(raw.toString('latin1', at, end), 16);
    if (end < 0 || Number.isNaN(size)) refuse(400, 'IncompleteBody');
    at = end + 2;
    if (size === 0) break;
    chunks.push(raw.subarray(at, at + size));
    at += size + 2;
  }
  const lines = raw.toString('latin1', at).split('\r\n');
  const trailers = lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]] : [];
  });
  return { body: Buffer.concat(chunks), trailers: Object.fromEntries(trailers) };
}
