import { Problem } from './problem.ts';

/** Stored bytes, piece after piece, of which ranges can be read. */
export type StoredContent = {
  readonly etag: string;
  /** SHA-256 of all of it, in hex, when it is known. */
  readonly sha256: string | undefined;
  readonly pieces: readonly { readonly size: number; readonly read: () => Promise<Uint8Array> }[];
};

/** Both ends included. */
export type Range = { readonly first: number; readonly last: number };

export function sizeOf({ pieces }: StoredContent): number {
  return pieces.reduce((sum, { size }) => sum + size, 0);
}

/**
 * One range of RFC 9110 §14.1.2; undefined = send everything, which is what a server may do with a header that it
 * cannot read and with several ranges at once. Throws the 416 of a range that begins behind the end.
 */
export function rangeOf(header: string | undefined, size: number): Range | undefined {
  if (header === undefined) return undefined;
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim()) ?? [];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < first) return undefined;
  if (first >= size || (from === '' && Number(to) === 0)) {
    throw new Problem('range-not-satisfiable', `the content has ${size} bytes`, {
      headers: { 'content-range': `bytes */${size}` },
    });
  }
  return { first, last };
}

/** The bytes of a range; a piece is read when the one before it has been taken. */
export async function* bytesOf({ pieces }: StoredContent, { first, last }: Range): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const { size, read } of pieces) {
    const end = start + size;
    if (end > first && start <= last) {
      const bytes = await read();
      if (bytes.length !== size) throw new Error(`expected a piece of ${size} bytes, got ${bytes.length}`);
      yield bytes.subarray(Math.max(0, first - start), Math.min(size, last + 1 - start));
    }
    start = end;
  }
}
