import { createHash, type Hash } from 'node:crypto';

/** A snapshot that could not be restored. */
export class SnapshotError extends Error {
  constructor(what: string) {
    super(`the snapshot is not whole: ${what}`);
    this.name = 'SnapshotError';
  }
}

const BLOCK = 512;
/** Far above what the lists of sums need. */
const KEPT_BYTES = 64 * 1024;
const PROVEN = ['meta.json', 'state.bin'];

type File = {
  readonly name: string;
  readonly hash: Hash;
  /** Up to the next block. */
  readonly padding: number;
  readonly kept: Buffer[];
  left: number;
  keptBytes: number;
};

/**
 * Reads the tar inside a snapshot as it comes by: metadata, state, their sums, and last the sealed sums.
 *
 * Vault may end a snapshot early with status 200 (hashicorp/vault issue 12168): only the last file proves that it is
 * whole, which is what `vault operator raft snapshot save` looks for too.
 */
export class SnapshotCheck {
  readonly #sums = new Map<string, string>();
  readonly #texts = new Map<string, string>();
  #file: File | undefined;
  #padding = 0;
  #rest = Buffer.alloc(0);

  write(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const used = this.#step(bytes);
      if (used === 0) break;
      bytes = bytes.subarray(used);
    }
    this.#rest = Buffer.from(bytes);
  }

  /** Throws unless all of it was there and is as its sums say. */
  finish(): void {
    if (this.#file !== undefined) throw new SnapshotError(`${this.#file.name} ends early`);
    const list = this.#texts.get('SHA256SUMS');
    if (list === undefined) throw new SnapshotError('it has no SHA256SUMS');
    if ((this.#texts.get('SHA256SUMS.sealed') ?? '') === '') throw new SnapshotError('it has no SHA256SUMS.sealed');
    const claimed = new Map(
      list
        .trim()
        .split('\n')
        .map((line): [string, string] => [line.slice(66), line.slice(0, 64)]),
    );
    for (const name of PROVEN) {
      const sum = this.#sums.get(name);
      if (sum === undefined) throw new SnapshotError(`it has no ${name}`);
      if (claimed.get(name) !== sum) throw new SnapshotError(`${name} is not what its sum says`);
    }
  }

  /** How many bytes it took; 0 = it needs more. */
  #step(bytes: Buffer): number {
    if (this.#padding > 0) {
      const used = Math.min(this.#padding, bytes.length);
      this.#padding -= used;
      return used;
    }
    if (this.#file !== undefined) return this.#content(this.#file, bytes);
    if (bytes.length < BLOCK) return 0;
    this.#header(bytes.subarray(0, BLOCK));
    return BLOCK;
  }

  #header(block: Buffer): void {
    const name = block.subarray(0, 100).toString('latin1').replace(/\0.*$/s, '');
    // Two blocks of zeros are the end.
    if (name === '') return;
    const size = Number.parseInt(block.subarray(124, 136).toString('latin1'), 8);
    if (!Number.isSafeInteger(size))
      throw new SnapshotError(`the size of ${JSON.stringify(name.slice(0, 40))} is no number`);
    // Sizes in base 256 begin with a bit that octal digits never have; state beyond 8 GiB is no state of ours.
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    this.#file = { name, padding, left: size, hash: createHash('sha256'), kept: [], keptBytes: 0 };
    if (size === 0) this.#close(this.#file);
  }

  #content(file: File, bytes: Buffer): number {
    const part = bytes.subarray(0, Math.min(file.left, bytes.length));
    if (part.length === 0) return 0;
    file.hash.update(part);
    if (file.name.startsWith('SHA256SUMS') && file.keptBytes < KEPT_BYTES) {
      file.kept.push(Buffer.from(part));
      file.keptBytes += part.length;
    }
    file.left -= part.length;
    if (file.left === 0) this.#close(file);
    return part.length;
  }

  #close(file: File): void {
    this.#sums.set(file.name, file.hash.digest('hex'));
    if (file.kept.length > 0) this.#texts.set(file.name, Buffer.concat(file.kept).toString('latin1'));
    this.#padding = file.padding;
    this.#file = undefined;
  }
}
